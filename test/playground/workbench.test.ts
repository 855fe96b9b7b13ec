import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium, seriousFaults } from '../browser/chromium.js'
import { flags, jsonOf, temporaryFolder } from '../run-gyre.js'
import { buildPage, newPage, servePage } from './page.js'
import { chooseFile, exportAdapter, startRun, stepOf } from './runs.js'

const timeout = 120_000
const folder = temporaryFolder()
const table = join(folder, 'weather.tsv')
writeFileSync(table, weatherTable())

/** Two classes that a few words tell apart. */
function weatherTable(): string {
  const words = { dry: ['sun', 'drought', 'dust'], wet: ['rain', 'flood', 'mud'] }
  const rows = Array.from({ length: 120 }, (_, i) => {
    const label = i % 2 === 0 ? 'dry' : 'wet'
    const [first, second] = [words[label][i % 3]!, words[label][(i + 1) % 3]!]
    return `${label}\tthe ${first} of day ${i} and the ${second}`
  })
  return `label\ttext\n${rows.join('\n')}\n`
}

describe.skipIf(executablePath === undefined)('the workbench in Chromium', { timeout }, () => {
  let site: string
  let address: string
  let browser: Browser
  let page: Page
  let complaints: readonly string[]

  beforeAll(async () => {
    site = await buildPage()
    browser = await launchChromium()
    address = `${(await servePage(site, { isolated: true })).address}#workbench`
    ;({ page, complaints } = await newPage(browser))
    await page.goto(address)
    await page.getByRole('button', { name: 'Start the run' }).waitFor()
  }, timeout)

  afterAll(() => browser?.close())

  const refusal = () => page.locator('.notice.problem').first().textContent()

  it('refuses files that it cannot train on in one sentence, and keeps the form', async () => {
    await page.getByLabel('Steps', { exact: true }).fill('50')
    await chooseFile(page, 'picture.txt', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe))
    expect(await refusal()).toMatch(/picture\.txt.*expected/)
    await chooseFile(page, 'table.tsv', 'label\ttext\nwet\train\nsnow\n')
    expect(await refusal()).toMatch(/table\.tsv, line 3: expected 2 .*got 1/)
    await chooseFile(page, 'photo.png', 'x')
    expect(await refusal()).toMatch(/photo\.png/)
    expect(await page.getByLabel('Steps', { exact: true }).inputValue()).toBe('50')
  })

  it('trains on a table with several threads; its adapter measures the same in Node', async () => {
    await chooseFile(page, 'weather.tsv', readFileSync(table))
    await page.getByText('weather.tsv: 120 rows').waitFor()
    const card = await startRun(page, { steps: 50 })
    await card.getByText('Finished after 50 steps').waitFor()
    expect(await card.textContent()).toMatch(/wasm \(\S+, [2-8] threads\)/)
    const adapter = await exportAdapter(page, card, join(folder, 'adapter'))
    const record = JSON.parse(readFileSync(join(adapter, 'gyre_run.json'), 'utf8'))
    // ln 2 is what knowing nothing costs.
    expect(record.finalLoss).toBeLessThan(0.95 * Math.LN2)
    const model = join(site, 'bases/encoder')
    const options = flags({ model, adapter, data: table })
    const { accuracy } = await jsonOf<{ accuracy: number }>('evaluate', ...options)
    expect(record.heldOut.accuracy).toBe(accuracy)
    expect(await card.textContent()).toContain(accuracy.toFixed(3))
    expect(complaints).toEqual([])
  })

  it('takes the adapter back, as it was exported, beside the run it is of', async () => {
    const files = ['adapter_config.json', 'adapter_model.safetensors', 'gyre_run.json']
    await page.getByLabel(/Load an adapter/).setInputFiles(files.map((file) => join(folder, 'adapter', file)))
    const loaded = page.locator('article.run').nth(1)
    await loaded.getByText('Ready', { exact: true }).waitFor()
    await loaded.getByRole('button', { name: 'Ask' }).click()
    await loaded.locator('.probabilities').first().waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await loaded.getByRole('button', { name: 'Remove' }).click()
    await loaded.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  it('goes on with the run of a tab that was closed, where it was', async () => {
    const second = await startRun(page, { steps: 2000 })
    await second.getByText('Training, step').waitFor()
    await second.getByRole('button', { name: 'Pause' }).click()
    await second.getByText('Paused, step').waitFor()
    const closedAt = await stepOf(second)
    await page.close()

    const next = await page.context().newPage()
    await next.goto(address)
    await next.getByText('trained for all 50 steps').waitFor()
    await next.getByText(`saved at step ${closedAt} of 2000`).waitFor()
    await next.getByRole('button', { name: 'Go on' }).click()
    const card = next.locator('article.run')
    await expect.poll(() => stepOf(card), { timeout }).toBeGreaterThan(closedAt)
  })
})
