import { join } from 'node:path'
import ts from 'typescript'
import { root } from './markdown-examples.js'

/** A program of files that need not be on the disk, under the options of the project's tsconfig.json. */
export function virtualProgram(
  files: ReadonlyMap<string, string>,
  overrides: ts.CompilerOptions = {},
): ts.Program {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  if (error) throw new Error(messageOf(error))
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const options = { ...parsed.options, ...overrides }
  const host = ts.createCompilerHost(options)
  const onDisk = { fileExists: host.fileExists, readFile: host.readFile, getSourceFile: host.getSourceFile }
  host.fileExists = (file) => files.has(file) || onDisk.fileExists(file)
  host.readFile = (file) => files.get(file) ?? onDisk.readFile(file)
  host.getSourceFile = (file, ...rest) => {
    const text = files.get(file)
    return text === undefined
      ? onDisk.getSourceFile(file, ...rest)
      : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  }
  return ts.createProgram({ rootNames: [...files.keys()], options, host })
}

/** What the compiler says about one of the files. */
export function complaintsOf(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file)!
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    messageOf,
  )
}

function messageOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n')
}
