// Packs every package and holds the tarballs to what their users need: publint and attw find nothing, the content is
// the build and its sources, and in an empty folder with nothing else but the tarballs of what it depends on, the
// README's example type-checks, runs on plain Node, and prints what it says. Needs `npm run build`, and pnpm on the PATH.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  for (const each of workspacePackages) run('pnpm', ['pack', '--pack-destination', work], each.folder)
  for (const each of workspacePackages) {
    const checks: string[] = []
    const check = (name: string, holds: () => void): void => {
      try {
        holds()
        checks.push(name)
      } catch (error) {
        checks.push(`${name} FAILED`)
        failures.push(`${each.name}: ${name}: ${(error as Error).message}`)
      }
    }
    check('content', () => checkContent(each))
    check('publint', () => run(join(tools, 'publint'), ['run', tarball(each), '--strict']))
    check('attw', () => run(join(tools, 'attw'), [tarball(each), '--profile', 'esm-only']))
    const folder = join(work, each.shortName)
    check('install', () => install(each, folder))
    if (each.manifest.publishConfig?.bin) check('command', () => checkCommand(folder))
    else {
      check('types', () => checkTypes(folder))
      check('example', () => checkExample(each, folder))
    }
    const kilobytes = Math.ceil(statSync(tarball(each)).size / 1000)
    console.log(`${each.name.padEnd(20)} ${String(kilobytes).padStart(5)} kB  ${checks.join(', ')}`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
for (const failure of failures) console.error(`\n${failure}`)
process.exit(failures.length > 0 ? 1 : 0)

function tarball({ manifest }: WorkspacePackage): string {
  return join(work, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`)
}

/** The built files are those of the sources, no more and no less; no test is among them. */
function checkContent(each: WorkspacePackage): void {
  const paths = run('tar', ['tzf', tarball(each)])
    .trim()
    .split('\n')
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
function install(each: WorkspacePackage, folder: string): void {
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
  run('npm', ['install', ...options, ...[...needed].map(tarball)], folder)
}

function exampleOf({ folder }: WorkspacePackage): string {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  return blocksOf(readme).find(({ info }) => info === 'ts')?.text ?? ''
}

/** The declarations of the packages are checked too, as a strict user would have it. */
function checkTypes(folder: string): void {
  const typeRoots = join(root, 'node_modules/@types')
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable']
  const modules = ['--module', 'nodenext', '--types', 'node', '--typeRoots', typeRoots]
  run(join(tools, 'tsc'), [...options, ...modules, 'example.ts'], folder)
}

function checkExample(each: WorkspacePackage, folder: string): void {
  const example = exampleOf(each)
  const promised = promisedOutput(example)
  if (promised.length === 0) throw new Error('the README has no example that prints')
  writeFileSync(join(folder, 'example.js'), transformSync(example, { loader: 'ts', format: 'esm' }).code)
  const printed = linesOf(run(process.execPath, ['example.js'], folder))
  if (printed.join('\n') !== promised.join('\n')) {
    throw new Error(
      `the README's example promises\n${promised.join('\n')}\nand prints\n${printed.join('\n')}`,
    )
  }
}

/** The installed command answers from the model's own code. */
function checkCommand(folder: string): void {
  const args = ['report', '--model', 'roberta-base', '--methods', 'lora:r=8', '--targets', 'query', '--json']
  const report = JSON.parse(run(join(folder, 'node_modules/.bin/gyre'), args, folder))
  const { parameters } = report.methods[0]
  if (parameters !== 147_456) throw new Error(`expected 147456 parameters of LoRA, got ${parameters}`)
}

function run(program: string, args: readonly string[], cwd = root): string {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string }
    throw new Error(`${message.split('\n')[0]}\n${stdout ?? ''}${stderr ?? ''}`)
  }
}
