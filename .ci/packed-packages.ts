// Packs every package and holds the tarballs to what their users need: publint and attw find nothing, the content is
// the build and its sources, and in an empty folder with nothing else but the tarballs of what it depends on, the
// README's example type-checks, runs on plain Node, and prints what it says. As many packages at a time as there are
// processors. Needs `npm run build`, and pnpm on the PATH.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { transformSync } from 'esbuild'
import { blocksOf, linesOf, promisedOutput } from '../test/markdown-examples.js'
import {
  importsOf,
  root,
  type WorkspacePackage,
  workspacePackages,
} from '../test/packages/workspace-package.js'
import provideSoftwareGpu from '../test/software-gpu.js'

const byName = new Map(workspacePackages.map((each) => [each.name, each]))
const tools = join(root, 'node_modules/.bin')
const work = mkdtempSync(join(tmpdir(), 'gyre-packed-'))
const failures: string[] = []
// One example computes on a GPU.
await provideSoftwareGpu()

try {
  await ofEach((each) => run('pnpm', ['pack', '--pack-destination', work], each.folder))
  await ofEach(checkPackage)
} finally {
  rmSync(work, { recursive: true, force: true })
}
for (const failure of failures) console.error(`\n${failure}`)
process.exit(failures.length > 0 ? 1 : 0)

/** Several packages at a time; no later one begins before a worker is free. */
async function ofEach(job: (each: WorkspacePackage) => Promise<unknown>): Promise<void> {
  const waiting = [...workspacePackages]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await job(next)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

async function checkPackage(each: WorkspacePackage): Promise<void> {
  const checks: string[] = []
  const check = async (name: string, holds: () => Promise<unknown>): Promise<void> => {
    try {
      await holds()
      checks.push(name)
    } catch (error) {
      checks.push(`${name} FAILED`)
      failures.push(`${each.name}: ${name}: ${(error as Error).message}`)
    }
  }
  await check('content', () => checkContent(each))
  await check('publint', () => run(join(tools, 'publint'), ['run', tarball(each), '--strict']))
  await check('attw', () => run(join(tools, 'attw'), [tarball(each), '--profile', 'esm-only']))
  const folder = join(work, each.shortName)
  await check('install', () => install(each, folder))
  if (each.manifest.publishConfig?.bin) await check('command', () => checkCommand(folder))
  else {
    await check('types', () => checkTypes(folder))
    await check('example', () => checkExample(each, folder))
  }
  const kilobytes = Math.ceil(statSync(tarball(each)).size / 1000)
  console.log(`${each.name.padEnd(20)} ${String(kilobytes).padStart(5)} kB  ${checks.join(', ')}`)
}

function tarball({ manifest }: WorkspacePackage): string {
  return join(work, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
}

/** The built files are those of the sources, no more and no less; no test is among them. */
async function checkContent(each: WorkspacePackage): Promise<void> {
  const listed = await run('tar', ['tzf', tarball(each)])
  const paths = listed.trim().split('\n')
  const content = new Set(paths.map((path) => path.replace(/^package\//, '')))
  const sources = [...each.files.keys()]
  const built = sources.flatMap((source) =>
    ['.js', '.d.ts', '.js.map', '.d.ts.map'].map((end) =>
      source.replace(/^src/, 'dist').replace(/\.ts$/, end),
    ),
  )
  const wanted = new Set(['package.json', 'LICENSE', 'README.md', ...sources, ...built])
  const missing = [...wanted].filter((path) => !content.has(path))
  const foreign = [...content].filter((path) => !wanted.has(path) && !path.startsWith('corpora/'))
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`)
  if (foreign.length > 0) throw new Error(`the tarball holds ${foreign.join(', ')}, which no source explains`)
}

/** Installs the package with all of ours below it: nothing of ours is on a registry. */
async function install(each: WorkspacePackage, folder: string): Promise<void> {
  mkdirSync(folder)
  const example = exampleOf(each)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  writeFileSync(join(folder, 'example.ts'), example)
  const needed = new Set<WorkspacePackage>()
  const add = (name: string): void => {
    const found = byName.get(name)
    if (!found || needed.has(found)) return
    needed.add(found)
    for (const dependency of Object.keys(found.manifest.dependencies ?? {})) add(dependency)
  }
  add(each.name)
  for (const specifier of importsOf(example)) add(specifier.split('/').slice(0, 2).join('/'))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  await run('npm', ['install', ...options, ...[...needed].map(tarball)], folder)
}

function exampleOf({ folder }: WorkspacePackage): string {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  return blocksOf(readme).find(({ info }) => info === 'ts')?.text ?? ''
}

/** The declarations of the packages are checked too, as a strict user would have it. */
async function checkTypes(folder: string): Promise<void> {
  const typeRoots = join(root, 'node_modules/@types')
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable']
  const modules = ['--module', 'nodenext', '--types', 'node', '--typeRoots', typeRoots]
  await run(join(tools, 'tsc'), [...options, ...modules, 'example.ts'], folder)
}

async function checkExample(each: WorkspacePackage, folder: string): Promise<void> {
  const example = exampleOf(each)
  const promised = promisedOutput(example)
  if (promised.length === 0) throw new Error('the README has no example that prints')
  writeFileSync(join(folder, 'example.js'), transformSync(example, { loader: 'ts', format: 'esm' }).code)
  const printed = linesOf(await run(process.execPath, ['example.js'], folder))
  if (printed.join('\n') !== promised.join('\n')) {
    throw new Error(
      `the README's example promises\n${promised.join('\n')}\nand prints\n${printed.join('\n')}`,
    )
  }
}

/** The installed command answers from the model's own code. */
async function checkCommand(folder: string): Promise<void> {
  const args = ['report', '--model', 'roberta-base', '--methods', 'lora:r=8', '--targets', 'query', '--json']
  const report = JSON.parse(await run(join(folder, 'node_modules/.bin/gyre'), args, folder))
  const { parameters } = report.methods[0]
  if (parameters !== 147_456) throw new Error(`expected 147456 parameters of LoRA, got ${parameters}`)
}

async function run(program: string, args: readonly string[], cwd = root): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, maxBuffer: 2 ** 26 })
    return stdout
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string }
    throw new Error(`${message.split('\n')[0]}\n${stdout ?? ''}${stderr ?? ''}`)
  }
}
