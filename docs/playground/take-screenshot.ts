import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

// Takes the README's picture, docs/playground.png: two runs of the built page beside each other.
//
//   npm run playground            once, to build the page; Ctrl-C when it is served
//   node --conditions=@gyre/source --import=tsx docs/playground/take-screenshot.ts

const steps = 100
const methods = ['bca', 'lora']

const server = await preview({
  configFile: join(import.meta.dirname, 'vite.config.ts'),
  preview: { host: '127.0.0.1', open: false },
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1120, height: 900 }, colorScheme: 'light' })
  await page.goto(`${server.resolvedUrls!.local[0]}#workbench`)
  const start = page.getByRole('button', { name: 'Start the run' })
  await start.waitFor()
  for (const [index, method] of methods.entries()) {
    await page.getByLabel('Method', { exact: true }).selectOption(method)
    await page.getByLabel('Steps', { exact: true }).fill(String(steps))
    await start.click()
    // One after the other, so that each has the machine to itself.
    const card = page.locator('article.run').nth(index)
    await card.getByText(`Finished after ${steps} steps`).waitFor({ timeout: 600_000 })
  }
  // Plots are drawn when they are in sight.
  await page.getByText('At step', { exact: true }).scrollIntoViewIfNeeded()
  await page.waitForTimeout(3_000)
  const top = await page.locator('#runs-title').boundingBox()
  const bottom = await page.getByText('At step', { exact: true }).boundingBox()
  // Boxes are told from the upper edge of what is in sight.
  const scrolled = await page.evaluate(() => scrollY)
  const clip = { x: 0, y: scrolled + top!.y - 12, width: 1120, height: bottom!.y - top!.y }
  await page.screenshot({ path: join(import.meta.dirname, '../playground.png'), clip, fullPage: true })
} finally {
  await browser.close()
  await server.close()
}
