import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseOptions } from '../benchmarks/src/options.js'
import { blocksOf, outputsOf, promisedOutput, root } from './markdown-examples.js'
import { WorkspacePackage } from './packages/workspace-package.js'
import { gyre } from './run-gyre.js'
import { complaintsOf, virtualProgram } from './virtual-program.js'

// What the documents say is run: examples, commands, links, and the table of imports.

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const packages = readdirSync(join(root, 'packages'))
/** The documents whose examples run here; the packages' READMEs run in readmes.test.ts, as files of their packages. */
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const packageReadmes = packages
  .map((name) => `packages/${name}/README.md`)
  .filter((path) => existsSync(join(root, path)))

const examplesOf = (path: string) => blocksOf(read(path)).filter(({ info }) => info === 'ts')

describe('the examples', () => {
  const withExamples = documents.filter((path) => examplesOf(path).length > 0)
  let outputs: string[][][]
  beforeAll(async () => {
    outputs = await outputsOf(
      withExamples.map((path) => ({ folder: root, texts: examplesOf(path).map(({ text }) => text) })),
    )
  }, 120_000)

  describe.each(withExamples.map((path, at) => ({ path, at })))('in $path', ({ path, at }) => {
    it.each(examplesOf(path).map(({ heading, text }, index) => ({ number: index + 1, heading, text })))(
      'print what they say: "$heading", example $number',
      ({ number, text }) => {
        expect(promisedOutput(text).length).toBeGreaterThan(0)
        expect(outputs[at]![number - 1]).toEqual(promisedOutput(text))
      },
    )
  })

  it('compile under the options of the project', () => {
    const files = new Map<string, string>()
    for (const path of [...documents, ...packageReadmes]) {
      // Beside the document, an example in a package's README finds what that package finds.
      for (const [index, { text }] of examplesOf(path).entries())
        files.set(join(root, `${path}.example-${index + 1}.ts`), `${text}\nexport {}\n`)
    }
    const program = virtualProgram(files)
    const complaints = [...files.keys()].flatMap((file) =>
      complaintsOf(program, file).map((text) => `${relative(root, file)}: ${text}`),
    )
    expect(complaints).toEqual([])
  })
})

describe.each([...documents, ...packageReadmes])('the links in %s', (document) => {
  const text = read(document).replace(/^```[\s\S]*?^```$/gm, '')

  it('lead to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
      ([, link, image]) => link ?? image!,
    )
    const local = targets.filter((target) => !/^[a-z]+:|^#/.test(target))
    const missing = local.filter(
      (target) => !existsSync(join(root, dirname(document), target.replace(/#.*/, ''))),
    )
    expect(missing).toEqual([])
  })

  it('and paths from the root name what is there', () => {
    const paths = [...text.matchAll(/`((?:packages|docs|test|benchmarks)\/[\w./-]+)`/g)].map(
      ([, path]) => path!,
    )
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

const commands = [
  ...new Set(
    [...documents, ...packageReadmes].flatMap((document) =>
      blocksOf(read(document))
        .filter(({ info }) => info === 'sh')
        // A backslash continues a line.
        .flatMap(({ text }) => text.replace(/\\\n\s*/g, ' ').split('\n'))
        .map((line) => line.replace(/\s+#.*/, '').trim())
        .filter((line) => line !== ''),
    ),
  ),
]

describe('the commands that documents show', () => {
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts

  it.each(commands)('%s', async (command) => {
    const [program, ...words] = wordsOf(command)
    if (['cd', 'curl', 'git', 'mkdir'].includes(program!)) return
    if (program === 'node') {
      // A script of the project, or an example that the reader writes.
      const file = words.at(-1)!
      expect(file.startsWith('.gyre/') || existsSync(join(root, file)), file).toBe(true)
      return
    }
    expect(program).toBe('npm')
    const script = words[0] === 'run' ? words[1]! : words[0]!
    expect(Object.keys(scripts)).toContain(script)
    const args = words.includes('--') ? words.slice(words.indexOf('--') + 1) : []
    if (script === 'gyre') await checkGyre(args)
    else if (script === 'start') await checkGyre(['compare', ...args])
    else if (script === 'bench') {
      expect(() => parseOptions(args)).not.toThrow()
      // That the program starts is seen once.
      if (args.length === 0) expect(benchmarkHelp()).toBe(0)
    } else if (script === 'study')
      expect(existsSync(join(root, `benchmarks/studies/${args[0]}.ts`))).toBe(true)
    else expect(args).toEqual([])
  })
})

/** Folders that commands of the documents wrote here, for those that come after them. */
const written = new Set<string>()

/** Whether a command reads nothing but fixtures, and what the documents' commands made of them. */
function readsFixtures(args: readonly string[]): boolean {
  const inputs = args.filter((_, i) => ['--model', '--adapter', '--inputs'].includes(args[i - 1] ?? ''))
  const isThere = (path: string): boolean => path.startsWith('test/fixtures/') || written.has(path)
  return ['convert', 'merge', 'forward'].includes(args[0]!) && inputs.length > 0 && inputs.every(isThere)
}

/**
 * What ends in seconds and needs no other model on the disk than the fixtures really runs. The others are asked for help with all their options: values are parsed, and names looked up.
 */
async function checkGyre(args: readonly string[]): Promise<void> {
  if (readsFixtures(args)) {
    const { code, stdout } = await gyre(...args)
    expect(code).toBe(0)
    // And prints what stands in the document.
    expect(documents.map(read).join('\n')).toContain(`\n${stdout}`)
    for (const [i, word] of args.entries()) if (word === '--out') written.add(args[i + 1]!)
    return
  }
  const readsOwn = args.some(
    (word, i) => ['--model', '--results'].includes(args[i - 1] ?? '') && word.startsWith('.gyre'),
  )
  if (args[0] === 'doctor' || (args[0] === 'report' && !readsOwn)) {
    expect(await gyre(...args)).toMatchObject({ code: 0 })
    return
  }
  const { code, stdout } = await gyre(...args, '--help')
  expect(code).toBe(0)
  expect(stdout).toContain(`Usage: gyre ${args[0]}`)
  for (const option of args.filter((word) => word.startsWith('--'))) {
    expect(stdout).toMatch(new RegExp(`^  (-\\w, )?${option}\\b`, 'm'))
  }
}

/** The exit code of `npm run bench`, asked for help. */
function benchmarkHelp(): number | null {
  const entry = join(root, 'benchmarks/src/main.ts')
  const node = ['--conditions=@gyre/source', '--import=tsx', entry]
  return spawnSync(process.execPath, [...node, '--help'], { cwd: root }).status
}

/** The words of a command line; quotes hold several together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!)
}

describe('the table of packages in docs/architecture.md', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\| .*?`(?:@gyre\/)?(\w+)`.*\|.*\| (.*) \|$/gm)]
  const documented = new Map(
    rows.map(([, name, imports]) => [name!, imports === 'nothing' ? [] : imports!.split(', ')]),
  )

  it('has a row for every package', () => {
    expect([...documented.keys()].sort()).toEqual([...packages].sort())
  })

  it.each(packages)('says what %s imports', (name) => {
    const imported = [...new WorkspacePackage(name).imports].filter((other) => other.startsWith('@gyre/'))
    expect(imported.map((other) => other.slice('@gyre/'.length)).sort()).toEqual(documented.get(name))
  })

  it('goes one way only', () => {
    // Rows stand in an order in which every package comes after those that it imports.
    const order = [...documented.keys()]
    for (const [name, imports] of documented)
      for (const other of imports)
        expect(order.indexOf(other), `${name} imports ${other}`).toBeLessThan(order.indexOf(name))
  })
})
