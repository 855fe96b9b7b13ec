import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Locator, Page } from 'playwright-core'

/** A text that says few things: a few steps learn much of it. */
export const gardenText = Array.from(
  { length: 400 },
  (_, i) =>
    `The ${['rose', 'bee', 'tree'][i % 3]} in the garden is ${['red', 'old', 'still'][(i >> 1) % 3]}.`,
).join('\n')

/** Puts a file of the visitor's into the form of a new run. */
export async function chooseFile(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  const buffer = Buffer.from(content)
  await page.locator('.new-run input[type=file]').first().setInputFiles({ name, mimeType: '', buffer })
}

/** Starts the run that the form describes; the card of it. */
export async function startRun(page: Page, { steps }: { readonly steps: number }): Promise<Locator> {
  const cards = page.locator('article.run')
  const before = await cards.count()
  await page.getByLabel('Steps', { exact: true }).fill(String(steps))
  await page.getByRole('button', { name: 'Start the run' }).click()
  const card = cards.nth(before)
  await card.waitFor()
  return card
}

/** The step that a run's card says it is at. */
export async function stepOf(card: Locator): Promise<number> {
  const [, step] = /step ([\d,]+)/.exec((await card.textContent())!) ?? []
  return Number(step?.replace(',', ''))
}

/** Takes home what a run has trained: `folder`, with the adapter's files in it. */
export async function exportAdapter(page: Page, card: Locator, folder: string): Promise<string> {
  await card.getByText('Take it home').click()
  const saving = page.waitForEvent('download')
  await card.getByRole('button', { name: 'Adapter (.zip)' }).click()
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(await (await saving).path()))))
    writeFileSync(join(folder, basename(name)), bytes)
  return folder
}
