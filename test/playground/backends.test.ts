import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium, webGpuArguments } from '../browser/chromium.js'
import { isLongRun } from '../long-run.js'
import { flags, jsonOf, temporaryFolder } from '../run-gyre.js'
import { buildPage, newPage, servePage } from './page.js'
import { chooseFile, exportAdapter, gardenText, startRun, stepOf } from './runs.js'

// A GPU that is computed in software takes a minute to compile a step's kernels.
const timeout = isLongRun ? 600_000 : 120_000

describe.skipIf(executablePath === undefined)('runs in Chromium', { timeout }, () => {
  const folder = temporaryFolder()
  const text = join(folder, 'garden.txt')
  writeFileSync(text, gardenText)
  let site: string
  let address: string

  beforeAll(async () => {
    site = await buildPage()
    address = (await servePage(site, { isolated: true })).address
  }, timeout)

  async function openWorkbench(browser: Browser): Promise<Page> {
    const { page } = await newPage(browser)
    page.setDefaultTimeout(timeout)
    await page.goto(`${address}#workbench`)
    await chooseFile(page, 'garden.txt', gardenText)
    await page.getByText('garden.txt:').first().waitFor()
    return page
  }

  /** Holds a finished run's adapter to what it measures in Node, and the loss to that of the base. */
  async function expectTheSameInNode(page: Page, card: Locator, name: string): Promise<void> {
    const adapter = await exportAdapter(page, card, join(folder, name))
    const { heldOut, sequenceLength } = JSON.parse(readFileSync(join(adapter, 'gyre_run.json'), 'utf8'))
    const model = join(site, 'bases/decoder')
    const options = flags({ model, task: 'lm', data: text, 'sequence-length': sequenceLength })
    const base = await jsonOf<{ loss: number }>('evaluate', ...options)
    const adapted = await jsonOf<{ loss: number }>('evaluate', ...options, '--adapter', adapter)
    expect(adapted.loss).toBeLessThan(base.loss - 0.5)
    // Two backends and two engines agree to the last digits of a float32.
    expect(Math.abs(heldOut.loss / adapted.loss - 1)).toBeLessThan(1e-4)
  }

  const memoryOf = (card: Locator) =>
    card
      .locator('dt', { hasText: /^Memory$/ })
      .locator('xpath=following-sibling::dd')
      .textContent()

  describe('with WebAssembly', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(() => browser?.close())

    it('train on one thread, take no more memory over 500 steps, and measure the same in Node', async () => {
      const page = await openWorkbench(browser)
      await page.locator('.new-run').getByRole('radio', { name: 'WebAssembly, one thread' }).check()
      const card = await startRun(page, { steps: 500 })
      await expect.poll(() => stepOf(card), { timeout }).toBeGreaterThan(10)
      const memory = await memoryOf(card)
      expect(memory).toMatch(/^[\d.]+ MiB$/)
      await card.getByText('Finished after 500 steps').waitFor()
      expect(await card.textContent()).toMatch(/wasm \(\S+, 1 thread\)/)
      expect(await memoryOf(card)).toBe(memory)
      await expectTheSameInNode(page, card, 'one-thread')
      await page.context().close()
    })
  })

  describe('where the engine has no SIMD', () => {
    let browser: Browser
    beforeAll(async () => {
      // What V8 takes for a processor without the instructions that SIMD needs.
      browser = await launchChromium(['--js-flags=--no-enable-sse3 --no-enable-ssse3 --no-enable-sse4-1'])
    })
    afterAll(() => browser?.close())

    it('say so in a sentence, and train on the reference kernels', async () => {
      const page = await openWorkbench(browser)
      expect(await page.locator('.backend-switch .problem').textContent()).toMatch(
        /no WebAssembly with SIMD.*The pictures go on on JavaScript\.$/,
      )
      const offered = page.locator('.new-run')
      expect(await offered.getByRole('radio', { name: 'WebAssembly, one thread' }).isDisabled()).toBe(true)
      await offered.getByRole('radio', { name: 'Reference' }).check()
      await offered.getByText('More', { exact: true }).click()
      await offered.getByLabel('Warm-up steps').fill('0')
      const card = await startRun(page, { steps: 2 })
      await card.getByText('Finished after 2 steps').waitFor()
      expect(await card.textContent()).toMatch(/Computed onjs/)
      await page.context().close()
    })
  })

  describe.runIf(isLongRun)('with WebGPU', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium(webGpuArguments)
    })
    afterAll(() => browser?.close())

    it('train 50 steps, and measure the same in Node', async () => {
      const page = await openWorkbench(browser)
      await page.locator('.new-run').getByRole('radio', { name: 'WebGPU' }).check()
      const card = await startRun(page, { steps: 50 })
      await card.getByText('Finished after 50 steps').waitFor()
      expect(await card.textContent()).toMatch(/gpu \(/)
      await expectTheSameInNode(page, card, 'webgpu')
      await page.context().close()
    })

    it('say in a sentence that the GPU is lost, keep what was trained, and go on elsewhere', async () => {
      const page = await openWorkbench(browser)
      await page.locator('.new-run').getByRole('radio', { name: 'WebGPU' }).check()
      const card = await startRun(page, { steps: 100_000 })
      await expect.poll(() => stepOf(card), { timeout }).toBeGreaterThan(4)
      // Whatever is paused is saved.
      await card.getByRole('button', { name: 'Pause' }).click()
      await card.getByText('Paused, step').waitFor()
      await card.getByRole('button', { name: 'Resume' }).click()
      await card.getByText('Training, step').waitFor()
      await crashGpu(browser)
      const problem = card.locator('.notice.problem')
      await problem.waitFor()
      expect(await problem.textContent()).toMatch(/lost/)
      const goOn = card.getByRole('button', { name: /^Go on from step \d+ on WebAssembly on \d threads/ })
      const saved = Number(/step (\d+)/.exec((await goOn.textContent())!)![1])
      expect(saved).toBeGreaterThan(4)
      await goOn.click()
      await card.getByText('Training, step').waitFor()
      await expect.poll(() => stepOf(card), { timeout }).toBeGreaterThan(saved)
      expect(await card.textContent()).toMatch(/wasm \(/)
      await page.context().close()
    })
  })
})

/** Ends the process that all pages' GPU devices are of, as a driver's fault would. */
async function crashGpu(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession()
  await session.send('Browser.crashGpuProcess')
}
