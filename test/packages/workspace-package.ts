import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly type: string
  readonly sideEffects: boolean
  readonly description: string
  readonly files: readonly string[]
  readonly exports: { readonly [entry: string]: string | { readonly [condition: string]: string } }
  readonly dependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly publishConfig?: { readonly bin?: { readonly [command: string]: string } }
}

/** A package of the workspace, read from its manifest and its sources; tests beside the sources are left out. */
export class WorkspacePackage {
  readonly folder: string
  readonly manifest: Manifest
  /** Source files, by their path below the package's folder, with the modules that each one imports. */
  readonly files: ReadonlyMap<string, readonly string[]>

  constructor(readonly shortName: string) {
    this.folder = join(root, 'packages', shortName)
    this.manifest = JSON.parse(readFileSync(join(this.folder, 'package.json'), 'utf8')) as Manifest
    const paths = readdirSync(join(this.folder, 'src'), { recursive: true, encoding: 'utf8' })
    const sources = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    this.files = new Map(
      sources.map((path) => [
        join('src', path),
        importsOf(readFileSync(join(this.folder, 'src', path), 'utf8')),
      ]),
    )
  }

  get name(): string {
    return this.manifest.name
  }

  /** What the sources import from outside the package: the name of a package, or a module of Node. */
  get imports(): Set<string> {
    return new Set([...this.files.values()].flat().filter(isBare).map(packageOf))
  }

  /** The source file of an entry of `exports`. */
  sourceOf(entry: string): string {
    const target = this.manifest.exports[entry]
    const source = typeof target === 'object' ? target['@gyre/source'] : undefined
    if (source === undefined) throw new Error(`${this.name} has no source for the entry '${entry}'`)
    return join(source)
  }

  /** The files that `start` imports, directly or through others, itself included. */
  reachedFrom(start: string): Set<string> {
    const reached = new Set<string>()
    const visit = (file: string): void => {
      if (reached.has(file)) return
      reached.add(file)
      const imports = this.files.get(file)
      if (!imports) throw new Error(`${this.name}: ${file} is imported and does not exist`)
      for (const specifier of imports) {
        if (!isBare(specifier)) visit(this.#resolve(file, specifier))
      }
    }
    visit(start)
    return reached
  }

  #resolve(file: string, specifier: string): string {
    const path = resolve(this.folder, dirname(file), specifier)
    return relative(this.folder, path).replace(/\.js$/, '.ts')
  }
}

export const workspacePackages: readonly WorkspacePackage[] = readdirSync(join(root, 'packages'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => new WorkspacePackage(name))

/** Every module that a source text names: static imports, types included, re-exports and `import()`. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName)
}

const isBare = (specifier: string): boolean => !specifier.startsWith('.')

/** `@gyre/data/node` belongs to `@gyre/data`; Node's modules stay as they are. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
