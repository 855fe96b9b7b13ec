import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { delimiter, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

/** A Chromium of the machine; none is downloaded. */
export const executablePath = findChromium()
if (executablePath === undefined) {
  console.warn('No Chromium is on the PATH or in CHROMIUM_PATH, so nothing is run in a browser.')
}

function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = (process.env.PATH ?? '').split(delimiter)
  const installed = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [process.env.CHROMIUM_PATH ?? '', ...installed].find((path) => path !== '' && existsSync(path))
}

/** Starts the Chromium that was found. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath!,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  })
}

/** What lets WebGPU run without a window, on a GPU's own driver or in software. */
export const webGpuArguments = [
  '--enable-unsafe-webgpu',
  // As in device.ts: SwiftShader takes long to compile shaders with workgroup memory otherwise.
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
]

/** The folder of a page here: `gpu-fft/`. */
export const pageFolder = (page: string): string => fileURLToPath(new URL(`./${page}`, import.meta.url))

/** A minified bundle of the page in a folder, from the packages' sources. `alias` gives modules other names. */
export async function bundlePage(
  root: string,
  outDir: string,
  { alias = {} }: { readonly alias?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@gyre/source', 'browser'], alias },
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true },
  })
}

/** What lets WebGL2 run without a GPU. */
export const webGlArguments = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']

const contentTypes: { readonly [extension: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
}

/**
 * Serves a bundle on this machine, with the headers that let a page share memory among threads or without, at the root
 * of the server or under a path such as `/some/where/`.
 */
export async function serve(
  folder: string,
  isolated: boolean,
  { under = '/' }: { readonly under?: string } = {},
): Promise<{ server: Server; address: string }> {
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {}
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    const file = join(folder, pathname.slice(under.length) || 'index.html')
    if (!pathname.startsWith(under) || !existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    const contentType = contentTypes[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { ...headers, 'Content-Type': contentType })
    response.end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${under}` }
}

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

/** What axe finds on a page that is a serious or critical fault of accessibility, each with the first place. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core')
  // A page may allow no script of others; the debugger is not asked.
  await page.evaluate(readFileSync(axe, 'utf8'))
  const findings = await page.evaluate<Finding[]>('axe.run().then(({ violations }) => violations)')
  const serious = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)
}
