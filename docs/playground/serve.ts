import { spawnSync } from 'node:child_process'
import { createServer as createProbe } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { PreviewServer, ViteDevServer } from 'vite'
import { PreparationError } from './prepared-base.js'

// `npm run playground`: makes what the page needs, builds it, and serves it until Ctrl-C.

const usage = 'npm run playground -- [--port N] [--no-open] [--dev]'
const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url))

/**
 * A browser remembers a service worker by address: the ports are not those of everybody's pages, and while sources
 * change there is to be none.
 */
const ports = { built: 7317, sources: 7417 } as const

interface Options {
  /** Undefined: the usual one, or the next that is free. */
  readonly port: number | undefined
  readonly open: boolean
  /** Serves the sources, and what changes in them, in place of the build. */
  readonly dev: boolean
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.port !== undefined) await checkPort(options.port)
  if (prepare()) await serve(options)
  else process.exitCode = 1
} catch (error) {
  if (!(error instanceof PreparationError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
}

function readOptions(args: string[]): Options {
  const problem = (words: string) => new PreparationError(`${words}; expected ${usage}`)
  const { port: text, 'no-open': closed, dev } = parse(args, problem)
  const port = text === undefined ? undefined : Number(text)
  if (port !== undefined && !(text!.trim() !== '' && Number.isInteger(port) && port >= 1 && port <= 65535))
    throw problem(`--port ${text} is no port: a whole number from 1 to 65535`)
  return { port, open: !closed && hasDisplay(), dev }
}

function parse(args: string[], problem: (words: string) => Error) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    // The first sentence; what follows explains how Node reads options.
    throw problem((error as Error).message.split('. ')[0]!)
  }
}

function hasDisplay(): boolean {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env
  if (CI) return false
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY)
}

/** Throws where a port cannot be had; before anything is made, since whoever names one wants the page there. */
function checkPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createProbe()
    probe.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be had: ${message}`
      reject(new PreparationError(`port ${port} ${why}`))
    })
    probe.listen(port, 'localhost', () => probe.close(() => resolve()))
  })
}

function prepare(): boolean {
  const script = fileURLToPath(new URL('prepare.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [...process.execArgv, script], { stdio: 'inherit' })
  return status === 0
}

async function serve({ port: asked, open, dev }: Options): Promise<void> {
  // Loaded once it is needed: what cannot be served is said at once.
  const { build, createServer, preview } = await import('vite')
  const port = asked ?? ports[dev ? 'sources' : 'built']
  let server: ViteDevServer | PreviewServer
  if (dev) {
    server = await createServer({ configFile, server: { port, open } })
    await (server as ViteDevServer).listen()
  } else {
    await build({ configFile })
    server = await preview({ configFile, preview: { port, open } })
  }
  // The next port, where somebody has the usual one.
  console.log(`The playground is at ${server.resolvedUrls!.local[0]} (Ctrl-C ends it).`)
  const end = async () => {
    await server.close()
    process.exit(0)
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}
