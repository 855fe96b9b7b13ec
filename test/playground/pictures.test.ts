import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium, webGlArguments } from '../browser/chromium.js'
import { buildPage, newPage, servePage } from './page.js'

const timeout = 90_000

describe.skipIf(executablePath === undefined)('the pictures in Chromium', { timeout }, () => {
  let browser: Browser
  let address: string
  let page: Page
  let complaints: readonly string[]

  beforeAll(async () => {
    const folder = await buildPage()
    browser = await launchChromium(webGlArguments)
    ;({ address } = await servePage(folder, { isolated: true }))
    ;({ page, complaints } = await newPage(browser))
    page.setDefaultTimeout(timeout)
  }, timeout)

  afterAll(() => browser?.close())

  /** The magnitudes that a picture's plot tells a screen reader. */
  const numbersIn = async (label: RegExp): Promise<number[]> => {
    const text = (await page.getByLabel(label).getAttribute('aria-label'))!
    return text
      .slice(text.indexOf(': ') + 2)
      .split(', ')
      .map((number) => Number(number.replace('−', '-')))
  }

  describe.each([
    ['WebGL2', 'webgl2'],
    ['WebAssembly', 'wasm'],
  ] as const)('on %s', (title, value) => {
    beforeAll(async () => {
      await page.goto(address)
      await page.locator(`.backend-switch input[value=${value}]`).check()
      await page.getByText(`The pictures compute on ${title}:`).waitFor()
    }, timeout)

    it('transform what the visitor draws: every frequency of an impulse, two of a cosine', async () => {
      const fft = page.locator('#fft')
      await fft.getByRole('button', { name: 'impulse' }).click()
      await fft.getByText(`Computed on ${title}.`).waitFor()
      await page.getByLabel(/^Magnitudes of X.*: 1, 1, 1, 1, 1, 1, 1, 1$/).waitFor()
      await fft.getByRole('button', { name: 'cosine' }).click()
      await page.getByLabel(/^Magnitudes of X.*: 0, 4, 0, 0, 0, 0, 0, 4$/).waitFor()
    })

    it('multiply by a circulant block both ways with the same result', async () => {
      const circulant = page.locator('#circulant')
      const [column, input] = [0, 1].map((index) => circulant.locator('fieldset').nth(2 * index))
      await column!.getByRole('button', { name: 'shift' }).click()
      await input!.getByRole('button', { name: 'impulse' }).click()
      await circulant.getByText(`Computed on ${title};`).waitFor()
      await page.getByLabel(/^y, from place 0 on: 0, 1, 0/).waitFor()
      const product = await numbersIn(/^y, from place 0 on/)
      expect(product).toEqual(Array.from({ length: 16 }, (_, place) => (place === 1 ? 1 : 0)))
    })

    it('train the network whose gradients grow with p', async () => {
      const explosion = page.locator('#explosion')
      // It trains when it comes into sight. A click on “Train” might find that the button is “Stop” already.
      await explosion.locator('.explosion-curves').scrollIntoViewIfNeeded()
      const row = explosion.locator('table tr', { has: page.locator('th', { hasText: /^16$/ }) })
      await row.locator('td').first().filter({ hasNotText: '–' }).waitFor()
      // Terms that nearly agree: the gradient of a number is more than √16 times that of a dense layer's.
      expect(Number(await row.locator('td').first().textContent())).toBeGreaterThan(4)
    })
  })

  it('complain of nothing', () => {
    expect(complaints).toEqual([])
  })
})
