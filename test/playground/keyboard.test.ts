import type { Browser, Locator, Page } from 'playwright-core'
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
    await page.goto(address)
    await page.getByText('This run will use').waitFor()
  }, timeout)

  afterAll(() => browser?.close())

  /** Presses Tab until the element with this in its words has the focus; an error where it never comes. */
  async function tabTo(words: RegExp): Promise<void> {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate<string>(`(() => {
        const { activeElement: element } = document
        const label = element.labels?.[0]?.textContent ?? ''
        return element.getAttribute('aria-label') ?? (label + ' ' + element.textContent + ' ' + (element.value ?? ''))
      })()`)
      if (words.test(name)) return
    }
    throw new Error(`Tab never came to ${words}`)
  }

  async function press(words: RegExp): Promise<void> {
    await tabTo(words)
    await page.keyboard.press('Enter')
  }

  /** By the link that skips the pictures. */
  async function goToWorkbench(): Promise<void> {
    await page.locator('a.skip').focus()
    await page.keyboard.press('Enter')
    expect(page.url()).toMatch(/#workbench$/)
  }

  async function start({ steps }: { readonly steps: number }): Promise<void> {
    await tabTo(/^Steps/)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(String(steps))
    await press(/Start the run/)
  }

  async function remove(card: Locator): Promise<void> {
    await press(/^ ?Remove/)
    // What asks back has the focus.
    await page.getByRole('button', { name: 'Remove it' }).waitFor()
    await page.keyboard.press('Enter')
    await card.waitFor({ state: 'detached' })
  }

  it('draws a signal with the arrows', async () => {
    await page.evaluate('document.querySelector("#fft h2").scrollIntoView()')
    await press(/^ ?impulse/)
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
    await press(/^ ?Train again/)
    await explosion.getByRole('button', { name: 'Stop' }).waitFor()
    await page.keyboard.press('Enter')
    await explosion.getByText(/^stopped at step/).waitFor()
  })

  it('pauses a run and goes on with it', async () => {
    await goToWorkbench()
    await tabTo(/^ ?Method/)
    await page.keyboard.type('lora')
    await start({ steps: 5000 })
    const card = page.locator('article.run', { hasText: 'lora' })
    await card.getByText('Training, step').waitFor()
    await press(/^ ?Pause/)
    await card.getByText('Paused, step').waitFor()
    // The button is another one in the same place, and has the focus.
    await page.keyboard.press('Enter')
    await card.getByText('Training, step').waitFor()
    await remove(card)
  })

  it('starts a run, asks it, takes its adapter home and removes it', async () => {
    await goToWorkbench()
    await start({ steps: 20 })
    const card = page.locator('article.run')
    await card.getByText('Finished after 20 steps').waitFor()
    await press(/^ ?Try it/)
    await card.locator('blockquote mark').waitFor()
    await press(/Take it home/)
    await tabTo(/Adapter \(\.zip\)/)
    const saving = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect((await saving).suggestedFilename()).toMatch(/\.zip$/)
    await remove(card)
  })
})
