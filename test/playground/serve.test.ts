import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { preview } from 'vite'
import { describe, expect, it } from 'vitest'
import { startScript, temporaryFolder } from '../run-gyre.js'

const folder = temporaryFolder()
const serve = (...args: readonly string[]) =>
  startScript('docs/playground/serve.ts', '--no-open', ...args).finished

describe.concurrent('serving the page', { timeout: 120_000 }, () => {
  it.each([
    [['--port', '80.5'], '--port 80.5 is no port: a whole number from 1 to 65535'],
    [['--prot', '8080'], "Unknown option '--prot'"],
  ])('says in one sentence what is wrong with %j', async (args, problem) => {
    const stderr = `error: ${problem}; expected npm run playground -- [--port N] [--no-open] [--dev]\n`
    expect(await serve(...args)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says before it makes anything that somebody has the port', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const { port } = server.address() as AddressInfo
    const finished = await serve('--port', String(port))
    await new Promise((resolve) => server.close(resolve))
    expect(finished).toEqual({ code: 1, stdout: '', stderr: `error: port ${port} is in use\n` })
  })

  it('sends the headers that threads need', async () => {
    mkdirSync(join(folder, 'dist'))
    writeFileSync(join(folder, 'dist/index.html'), 'the page')
    const configFile = fileURLToPath(new URL('../../docs/playground/vite.config.ts', import.meta.url))
    const build = { outDir: join(folder, 'dist') }
    const server = await preview({ configFile, logLevel: 'error', build, preview: { port: 0, open: false } })
    try {
      const response = await fetch(server.resolvedUrls!.local[0]!)
      expect(await response.text()).toBe('the page')
      expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
      expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp')
    } finally {
      await server.close()
    }
  })
})
