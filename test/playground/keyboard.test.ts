import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium } from '../browser/chromium.js'
import { buildPage, newPage, servePage } from './page.js'

const timeout = 120_000

describe.skipIf(executablePath === undefined)('the playground by keyboard alone', { timeout }, () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const folder = await buildPage()
    browser = await launchChromium()
    const { address } = await servePage(folder, { isolated: true })
    ;({ page } = await newPage(browser))
    page.setDefaultTimeout(timeout)
    await page.goto(address)
    await page.getByText('This run will use').waitFor()
  }, timeout)

  afterAll(() => browser?.close())

  /** Presses Tab until the element with this in its words has the focus; an error where it never comes. */
  async function tabTo(words: RegExp): Promise<string> {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate<string>(`(() => {
        const { activeElement: element } = document
        const label = element.labels?.[0]?.textContent ?? ''
        return element.getAttribute('aria-label') ?? (label + ' ' + element.textContent + ' ' + (element.value ?? ''))
      })()`)
      if (words.test(name)) return name
    }
    throw new Error(`Tab never came to ${words}`)
  }

  it('draws a signal with the arrows', async () => {
    await page.evaluate('document.querySelector("#fft h2").scrollIntoView()')
    await tabTo(/^ ?impulse/)
    await page.keyboard.press('Enter')
    await tabTo(/^x\[0\]/)
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction("!document.querySelector('#fft').textContent.includes('x[0] = 1.00')")
  })

  it('chooses another block size for the exploding gradients, and trains', async () => {
    const explosion = page.locator('#explosion')
    await page.locator('nav a[href="#explosion"]').focus()
    await page.keyboard.press('Enter')
    await tabTo(/^ ?Block size p/)
    await page.keyboard.press('ArrowLeft')
    await explosion.getByText('α / p = 1 / 4').first().waitFor()
    await explosion.getByRole('button', { name: 'Train again' }).waitFor()
    await tabTo(/^ ?Train again/)
    await page.keyboard.press('Enter')
    await explosion.getByRole('button', { name: 'Stop' }).waitFor()
    await page.keyboard.press('Enter')
    await explosion.getByText(/^stopped at step/).waitFor()
  })

  it('pauses a run and goes on with it', async () => {
    await page.locator('a.skip').focus()
    await page.keyboard.press('Enter')
    await tabTo(/^ ?Method/)
    await page.keyboard.type('lora')
    await tabTo(/^Steps/)
    await page.keyboard.press('Control+A')
    await page.keyboard.type('5000')
    await tabTo(/Start the run/)
    await page.keyboard.press('Enter')
    const card = page.locator('article.run', { hasText: 'lora' })
    await card.getByText('Training, step').waitFor()
    await tabTo(/^ ?Pause/)
    await page.keyboard.press('Enter')
    await card.getByText('Paused, step').waitFor()
    // The button is another one in the same place, and has the focus.
    await page.keyboard.press('Enter')
    await card.getByText('Training, step').waitFor()
    await tabTo(/^ ?Remove/)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove it' }).waitFor()
    await page.keyboard.press('Enter')
    await card.waitFor({ state: 'detached' })
  })

  it('starts a run, asks it, takes its adapter home and removes it', async () => {
    await page.locator('a.skip').focus()
    await page.keyboard.press('Enter')
    expect(page.url()).toMatch(/#workbench$/)
    await tabTo(/^Steps/)
    await page.keyboard.press('Control+A')
    await page.keyboard.type('20')
    await tabTo(/Start the run/)
    await page.keyboard.press('Enter')
    const card = page.locator('article.run')
    await card.getByText('Finished after 20 steps').waitFor()
    await tabTo(/^ ?Try it/)
    await page.keyboard.press('Enter')
    await card.locator('blockquote mark').waitFor()
    await tabTo(/Take it home/)
    await page.keyboard.press('Enter')
    await tabTo(/Adapter \(\.zip\)/)
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect((await saving).suggestedFilename()).toMatch(/\.zip$/)
    await tabTo(/^ ?Remove/)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove it' }).waitFor()
    await page.keyboard.press('Enter')
    await card.waitFor({ state: 'detached' })
  })
})
