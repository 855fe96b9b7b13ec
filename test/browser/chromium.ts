import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
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

const contentTypes: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** Serves a bundle on this machine, with the headers that let a page share memory among threads or without. */
export async function serve(folder: string, isolated: boolean): Promise<{ server: Server; address: string }> {
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {}
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url!
    const file = join(folder, path)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { ...headers, 'Content-Type': contentTypes[extname(file)]! })
    response.end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}
