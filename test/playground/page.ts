import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, inject } from 'vitest'
import { serve } from '../browser/chromium.js'
import { flags, startScript } from '../run-gyre.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The playground with tiny base models, as `npm run playground` builds it: the folder that a server serves, and nobody
 * changes. It is built once for all files of tests; the others wait.
 */
export async function buildPage(): Promise<string> {
  const folder = join(inject('scratchFolder'), 'playground')
  const dist = join(folder, 'dist')
  const [done, failed] = [join(folder, 'done'), join(folder, 'failed')]
  try {
    mkdirSync(folder)
  } catch {
    while (!existsSync(done) && !existsSync(failed)) await sleep(100)
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'))
    return dist
  }
  try {
    await prepareAndBuild(join(folder, 'public'), dist)
    writeFileSync(done, '')
  } catch (error) {
    writeFileSync(failed, (error as Error).message)
    throw error
  }
  return dist
}

async function prepareAndBuild(publicDir: string, outDir: string): Promise<void> {
  const bases = join(root, 'test/playground/bases')
  const preparing = startScript('docs/playground/prepare.ts', ...flags({ bases, out: publicDir }))
  const { code, stderr } = await preparing.finished
  if (code !== 0) throw new Error(stderr)
  // Vitest says `test`, with which Vite would build a page for developers.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    const configFile = join(root, 'docs/playground/vite.config.ts')
    await build({ configFile, logLevel: 'error', publicDir, build: { outDir, emptyOutDir: true } })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
}

/** Serves a folder until this file's tests are over. */
export async function servePage(
  folder: string,
  { isolated, under }: { readonly isolated: boolean; readonly under?: string },
): Promise<{ address: string; server: Server }> {
  const served = await serve(folder, isolated, { under })
  afterAll(() => served.server.close())
  return served
}

/** A page that is open, and what it complained of and asked for. */
export interface OpenPage {
  readonly page: Page
  /** Errors of the console, and errors that nothing caught. */
  readonly complaints: readonly string[]
  readonly requests: readonly string[]
}

/** A page in a context of its own: with storage and a service worker that nothing else has seen. */
export async function newPage(browser: Browser, context: BrowserContextOptions = {}): Promise<OpenPage> {
  const page = await (await browser.newContext(context)).newPage()
  // A machine that is busy takes its time.
  page.setDefaultTimeout(120_000)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.context().on('request', (request) => requests.push(request.url()))
  return { page, complaints, requests }
}

/** A narrow phone. */
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true } as const
