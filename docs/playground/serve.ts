import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, createServer, type PreviewServer, preview, type ViteDevServer } from 'vite'

// `npm run playground`: makes what the page needs, builds it, and serves it until Ctrl-C.

const usage = 'npm run playground -- [--port N] [--no-open] [--dev]'
const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url))

/**
 * A browser remembers a service worker by address: the ports are not those of everybody's pages, and while sources
 * change there is to be none.
 */
const ports = { built: 7317, sources: 7417 } as const

interface Options {
  readonly port: number
  readonly open: boolean
  /** Serves the sources, and what changes in them, in place of the build. */
  readonly dev: boolean
}

const options = readOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`error: ${options}; expected ${usage}\n`)
  process.exitCode = 1
} else if (prepare()) await serve(options)
else process.exitCode = 1

function readOptions(args: string[]): Options | string {
  try {
    const {
      port,
      'no-open': closed,
      dev,
    } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
      },
    }).values
    const wanted = port === undefined ? ports[dev ? 'sources' : 'built'] : Number(port)
    if (port?.trim() === '' || !Number.isInteger(wanted) || wanted < 1 || wanted > 65535)
      return `--port ${port} is no port: a whole number from 1 to 65535`
    return { port: wanted, open: !closed && hasDisplay(), dev }
  } catch (error) {
    // The first sentence; what follows explains how Node reads options.
    return (error as Error).message.split('. ')[0]!
  }
}

function hasDisplay(): boolean {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env
  if (CI) return false
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY)
}

function prepare(): boolean {
  const script = fileURLToPath(new URL('prepare.ts', import.meta.url))
  const { status } = spawnSync(process.execPath, [...process.execArgv, script], { stdio: 'inherit' })
  return status === 0
}

async function serve({ port, open, dev }: Options): Promise<void> {
  let server: ViteDevServer | PreviewServer
  if (dev) {
    server = await createServer({ configFile, server: { port, open } })
    await (server as ViteDevServer).listen()
  } else {
    await build({ configFile })
    server = await preview({ configFile, preview: { port, open } })
  }
  // Another port than was asked for, where somebody has that one.
  console.log(`The playground is at ${server.resolvedUrls!.local[0]} (Ctrl-C ends it).`)
  const end = async () => {
    await server.close()
    process.exit(0)
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}
