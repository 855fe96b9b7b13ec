import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium } from '../browser/chromium.js'
import { flags, jsonOf, temporaryFolder } from '../run-gyre.js'
import { buildPage, newPage, servePage } from './page.js'

const timeout = 180_000
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

  const take = (name: string, content: string | Uint8Array) =>
    page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })
  const refusal = () => page.locator('.notice.problem').first().textContent()

  it('refuses files that it cannot train on in one sentence, and keeps the form', async () => {
    await page.getByLabel('Steps', { exact: true }).fill('50')
    await take('picture.txt', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe))
    expect(await refusal()).toMatch(/picture\.txt.*expected/)
    await take('table.tsv', 'label\ttext\nwet\train\nsnow\n')
    expect(await refusal()).toMatch(/table\.tsv, line 3: expected 2 .*got 1/)
    await take('photo.png', 'x')
    expect(await refusal()).toMatch(/photo\.png/)
    expect(await page.getByLabel('Steps', { exact: true }).inputValue()).toBe('50')
  })

  it('trains on a table with several threads; its adapter measures the same in Node', async () => {
    await take('weather.tsv', readFileSync(table))
    await page.getByText('weather.tsv: 120 rows').waitFor()
    await page.getByRole('button', { name: 'Start the run' }).click()
    const card = page.locator('article.run')
    await card.getByText('Finished after 50 steps').waitFor({ timeout })
    expect(await card.textContent()).toMatch(/wasm \(\S+, [2-8] threads\)/)
    await card.getByText('Take it home').click()
    const saving = page.waitForEvent('download')
    await card.getByRole('button', { name: 'Adapter (.zip)' }).click()
    const archive = readFileSync(await (await saving).path())
    const adapter = join(folder, 'adapter')
    for (const [name, bytes] of Object.entries(unzipSync(archive))) {
      const file = join(adapter, name.slice(name.indexOf('/') + 1))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes)
    }
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

  it('goes on with the run of a tab that was closed, where it was', async () => {
    await page.getByLabel('Steps', { exact: true }).fill('2000')
    await page.getByRole('button', { name: 'Start the run' }).click()
    const stepOf = async (card: Locator): Promise<number> =>
      Number(/step (\d+) of 2000/.exec((await card.textContent())!)?.[1])
    const second = page.locator('article.run').nth(1)
    await second.getByText(/step \d+ of 2000/).waitFor({ timeout })
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
    await card.getByText(/step \d+ of 2000/).waitFor({ timeout })
    await expect.poll(() => stepOf(card), { timeout }).toBeGreaterThan(closedAt)
  })
})
