import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { bundlePage, launchChromium, serve, webGpuArguments } from '../../test/browser/chromium.js'
import type { Reply } from './protocol.js'
import { printToStandardError, serveLines } from './serve-lines.js'

// A system in a page of headless Chromium: `serve-in-browser.ts MODULE`. The page, `browser/page.ts`, answers what this
// process is asked.
const [module] = process.argv.slice(2)
printToStandardError()
const folder = mkdtempSync(join(tmpdir(), 'gyre-benchmark-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

async function openPage(): Promise<Page> {
  await bundlePage(fileURLToPath(new URL('./browser/', import.meta.url)), folder, {
    alias: { 'benchmarked-system': module! },
  })
  const { address } = await serve(folder, true)
  const browser = await launchChromium([...webGpuArguments, '--js-flags=--expose-gc'])
  const page = await browser.newPage()
  page.on('console', (message) => process.stderr.write(`${message.text()}\n`))
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`))
  await page.goto(address)
  return page
}

let opening: Promise<Page> | undefined
await serveLines(async (request) => {
  opening ??= openPage()
  return (await opening).evaluate<Reply>(`answer(${JSON.stringify(request)})`)
})
await (await opening)?.context().browser()?.close()
process.exit()
