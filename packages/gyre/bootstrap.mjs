// Runs the project's commands on a machine that has only Node and npm: brings the pinned pnpm, installs with the
// frozen lock file when needed, then starts the command. Uses nothing but Node's own modules.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const windows = process.platform === 'win32'

const [major] = process.versions.node.split('.').map(Number)
if (major < 20) fail(`Gyre needs Node 20 or later; this is Node ${process.versions.node}.`)

const main = join(root, 'packages/gyre/src/main.ts')

/** What each npm script runs, and whether it needs the development dependencies, and the WebAssembly kernels. */
const commands = {
  start: { dev: false, kernels: true, run: (rest) => node([main, 'compare', ...rest]) },
  gyre: { dev: false, kernels: true, run: (rest) => node([main, ...rest]) },
  test: { dev: true, run: (rest) => pnpm(['exec', 'vitest', 'run', ...rest]) },
  'test:long': {
    dev: true,
    run: (rest) => pnpm(['exec', 'vitest', 'run', ...rest], { GYRE_LONG_TESTS: '1' }),
  },
  check: {
    dev: true,
    kernels: true, // types of their arguments are generated
    run: () =>
      pnpm(['exec', 'biome', 'check', '--error-on-warnings', '.']) ||
      pnpm(['exec', 'tsc', '-p', '.']) ||
      pnpm(['exec', 'tsc', '-p', 'docs/playground']) ||
      pnpm(['exec', 'tsc', '-p', 'docs/playground/tsconfig.service-worker.json']),
  },
  format: { dev: true, run: () => pnpm(['exec', 'biome', 'check', '--write', '.']) },
  build: {
    dev: true,
    run: (rest) => pnpm(['exec', 'turbo', 'run', 'build', ...rest], { TURBO_TELEMETRY_DISABLED: '1' }),
  },
  playground: {
    dev: true,
    kernels: true,
    run: (rest) => node([join(root, 'docs/playground/serve.ts'), ...rest]),
  },
  bench: { dev: true, kernels: true, run: (rest) => node([join(root, 'benchmarks/src/main.ts'), ...rest]) },
  study: {
    dev: true,
    kernels: true,
    run: ([study, ...rest]) => node([join(root, `benchmarks/studies/${study}.ts`), ...rest]),
  },
}

// Ctrl-C is for the command, which may want to save its work; this process waits for it to end.
process.on('SIGINT', () => {})

const [name, ...rest] = process.argv.slice(2)
const command = commands[name]
if (!command) fail(`unknown command '${name}'; expected one of ${Object.keys(commands).join(', ')}.`)
install(command.dev)
// Does nothing when they are there already. Tests and the packages' build see to it themselves.
if (command.kernels && run(process.execPath, [join(root, 'packages/wasm/kernels/build.mjs')], {}, 'inherit'))
  fail('the kernels could not be compiled; the messages are above.')
process.exit(command.run(rest))

/** Installs unless the same lock file is already installed with at least the dependencies that are needed. */
function install(dev) {
  const stamp = join(root, 'node_modules/.gyre-install.json')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  // Without a stamp somebody installed by hand; what is there tells whether with development dependencies.
  const have = existsSync(stamp)
    ? JSON.parse(readFileSync(stamp, 'utf8'))
    : { lock: undefined, dev: existsSync(join(root, 'node_modules/vitest')) }
  if (have.lock === lock && (have.dev || !dev)) return
  // Never take development dependencies away from a checkout that has them.
  dev ||= have.dev
  const status = pnpm(
    [
      'install',
      '--frozen-lockfile',
      '--loglevel=info', // whatever .npmrc says for npm
      '--config.confirmModulesPurge=false',
      ...(dev ? [] : ['--prod']),
    ],
    {},
    ['inherit', 2, 'inherit'], // the installer's report must not mix with a command's --json output
  )
  if (status !== 0) fail('the installation failed; its messages are above.')
  writeFileSync(stamp, JSON.stringify({ lock, dev }))
}

function pnpm(args, env = {}, stdio = 'inherit') {
  const [program, ...prefix] = pnpmCommand()
  return run(program, [...prefix, ...args], env, stdio)
}

/** A pnpm of the pinned major version from the PATH, otherwise the pinned one through npx. */
function pnpmCommand() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split('@')[1]
  const have = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell: windows })
  const sameMajor = have.status === 0 && have.stdout.trim().split('.')[0] === wanted.split('.')[0]
  return sameMajor ? ['pnpm'] : ['npx', '--yes', `pnpm@${wanted}`]
}

/** Runs a TypeScript file from source; relative paths in its arguments mean the caller's folder. */
function node(args) {
  const tsx = pathToFileURL(createRequire(main).resolve('tsx')).href
  const cwd = process.env.INIT_CWD ?? process.cwd()
  return run(process.execPath, ['--conditions=@gyre/source', `--import=${tsx}`, ...args], {}, 'inherit', cwd)
}

function run(program, args, env, stdio, cwd = root) {
  const result = spawnSync(program, args, {
    cwd,
    stdio,
    shell: windows && program !== process.execPath,
    env: { ...process.env, ...env },
  })
  if (result.error) fail(`cannot start ${program}: ${result.error.message}`)
  return result.status ?? 1
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
