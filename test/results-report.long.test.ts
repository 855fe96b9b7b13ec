import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResultRecord } from '@gyre/report'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium, seriousFaults } from './browser/chromium.js'
import { complaintOf, gyre, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'

const folder = temporaryFolder()
const results = join(folder, 'results')

/** A sweep of the size of a study: every method at many sizes, with three seeds, and the rates that were tried. */
function study(): ResultRecord[] {
  const steps = Array.from({ length: 100 }, (_, i) => 2 * i + 2)
  const methods = ['bca', 'lora', 'vera', 'fourierft', 'c3a', 'cdvft'].flatMap((row) =>
    [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64].map((size) => ({ row, size, method: `${row}:p=${size}` })),
  )
  const trials = [
    ...[1e-3, 3e-3, 1e-2, 3e-2].map((rate) => ({ rate, seed: 9, tuning: true })),
    ...[0, 1, 2].map((seed) => ({ rate: 1e-2, seed, tuning: false })),
  ]
  const tasks = ['era', 'moby-dick'].flatMap((task) =>
    ['decoder', 'encoder'].map((model) => ({ task, model })),
  )
  return tasks.flatMap(({ task, model }) =>
    methods.flatMap(({ row, size, method }, index) =>
      trials.map(({ rate, seed, tuning }): ResultRecord => {
        const noise = Math.sin(index * 7 + seed * 13 + rate * 100) / 50
        const loss = 3 + Math.log(size) / 5 + noise
        return {
          format: 1,
          kind: 'sweep',
          cell: [task, model, method, rate, seed, tuning].join(' '),
          settings: { model, task, row, method, 'learning-rate': rate, seed, tuning, steps: 200 },
          versions: { gyre: '0.1.0', node: 'v20.0.0', backend: 'wasm (simd128)' },
          metrics: {
            ...(task === 'era' ? { accuracy: 0.9 - loss / 10 } : { loss }),
            trainableParameters: Math.round(600_000 / size),
            stepFlopsPerToken: 1e7 + 1e6 / size,
            stepMilliseconds: 100 + size + noise,
            peakBytes: 2e8 + 1e7 / size,
          },
          curves: {
            loss: { steps, values: steps.map((step) => loss + 2 * Math.exp(-step / 40)) },
            gradientNorm: { steps, values: steps.map((step) => size / Math.sqrt(step)) },
          },
          ...(row === 'bca' &&
            size === 8 &&
            !tuning && {
              blockSizes: Object.fromEntries(
                Array.from({ length: 12 }, (_, i) => [`model.layers.${i}.self_attn.q_proj`, 2 ** (i % 5)]),
              ),
            }),
          finishedAt: '2026-01-01T00:00:00.000Z',
        }
      }),
    ),
  )
}

const benchmark = {
  machine: 'two cores',
  date: '2026-01-01',
  quick: false,
  systems: [{ name: 'gyre', threads: 1, about: 'wasm' }],
  absent: [],
  rows: ['rfft 64', 'softmax 4096×64'].flatMap((name, i) =>
    ['gyre', 'other'].map((system, k) => ({
      suite: 'kernels',
      case: name,
      system,
      threads: 1,
      msMedian: 2 + i + k,
      msMin: 1 + i + k,
    })),
  ),
}

mkdirSync(results)
const records = study()
writeFileSync(join(results, 'results.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
writeFileSync(join(results, 'benchmark.json'), JSON.stringify(benchmark))
writeFileSync(join(results, 'other.json'), '{}')

// The time that a test waits for its turn counts too.
const timeout = 240_000

describe('gyre report --results', { timeout }, () => {
  it('prints a summary and tables, as text and as Markdown', async () => {
    const text = await outputOf('report', '--results', results)
    expect(text).toMatch(/^Sweep: decoder, era$/m)
    expect(text).toMatch(
      /^Highest accuracy: \S+, 0\.\d{4} ± 0\.\d{4} \(95 % confidence interval of 3 runs\)\.$/m,
    )
    expect(text).toMatch(/^Benchmark: kernels$/m)
    const markdown = await outputOf('report', '--results', results, '--markdown')
    expect(markdown).toMatch(/^## Sweep: decoder, era$/m)
    expect(markdown).toMatch(/^\| configuration +\|/m)
  })

  it('gives JSON with the report and every result, and a line of CSV for each', async () => {
    const report = await jsonOf<{ summary: unknown[]; records: ResultRecord[] }>(
      'report',
      '--results',
      results,
    )
    expect(report.summary).toHaveLength(5)
    const sweep = report.records.filter(({ kind }) => kind === 'sweep')
    expect(sweep).toEqual(records)
    const csv = await outputOf('report', '--results', join(results, 'results.jsonl'), '--csv')
    expect(csv.trimEnd().split('\r\n')).toHaveLength(records.length + 1)
  })

  it('writes a page beside the results or where it is told, and names the file that holds none', async () => {
    const { code, stdout, stderr } = await gyre('report', '--results', results, '--html')
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain(`${join(results, 'other.json')}: holds no results`)
    const page = readFileSync(join(results, 'report.html'), 'utf8')
    await gyre('report', '--results', results, '--html', '--out', join(folder, 'page.html'))
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toBe(page)
  })

  it('says in one sentence what is wrong', async () => {
    const broken = join(folder, 'broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'results.jsonl'), `${JSON.stringify(records[0])}\n{"format": 1, oops}\n`)
    expect(await complaintOf('report', '--results', broken)).toMatch(/results\.jsonl:2: this is no JSON: /)
    writeFileSync(
      join(broken, 'results.jsonl'),
      `${JSON.stringify({ ...records[0], metrics: { loss: [] } })}\n`,
    )
    expect(await complaintOf('report', '--results', broken)).toBe(
      `${join(broken, 'results.jsonl')}:1: metrics.loss: expected a number, got []`,
    )
    writeFileSync(join(broken, 'results.jsonl'), '')
    expect(await complaintOf('report', '--results', broken)).toMatch(/expected results: .*; found none$/)
    const nowhere = join(folder, 'nowhere')
    expect(await complaintOf('report', '--results', nowhere)).toBe(
      `${nowhere}: there is no such file or folder`,
    )
    expect(await complaintOf('report', '--model', 'gpt2', '--methods', 'full', '--html')).toBe(
      '--html needs --results',
    )
  })
})

describe.skipIf(executablePath === undefined)('the page in Chromium', { timeout }, () => {
  const file = join(folder, 'in-browser.html')
  let browser: Browser
  const opened: string[] = []
  const complaints: string[] = []

  /** The page from its file, on a machine without a network. */
  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true })
    const page = await context.newPage()
    page.on('request', (request) => opened.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`file://${file}`)
    return page
  }

  beforeAll(async () => {
    await gyre('report', '--results', results, '--html', '--out', file)
    browser = await launchChromium()
  }, timeout)

  afterAll(() => browser?.close())

  it('weighs less than 1.5 MB, for 2,000 runs', () => {
    expect(records.length).toBeGreaterThan(2000)
    expect(readFileSync(file).length).toBeLessThan(1_500_000)
  })

  it('opens without a network and without a complaint', async () => {
    const page = await open(1280)
    expect(await page.title()).toBe('Results')
    expect(await page.locator('figure').count()).toBeGreaterThan(20)
    expect(opened).toEqual([`file://${file}`])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it.each([1280, 390])('is %i pixels wide where the window is', async (width) => {
    const page = await open(width)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    const figures = page.locator('figure > svg')
    const { x, width: drawn } = (await figures.first().boundingBox())!
    expect(x + drawn).toBeLessThanOrEqual(width)
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility in its %s colours',
    async (scheme) => {
      const page = await open(1280, scheme)
      expect(await seriousFaults(page)).toEqual([])
      await page.context().close()
    },
  )

  it('prints on white whatever the screen has, no table wider than the paper', async () => {
    const a4 = 794
    const page = await open(a4, 'dark')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    const edges = await page.evaluate<number[]>(
      '[...document.querySelectorAll("table, figure")].map((each) => each.getBoundingClientRect().right)',
    )
    expect(edges.length).toBeGreaterThan(20)
    expect(Math.max(...edges)).toBeLessThanOrEqual(a4)
    // Otherwise Chromium prints the head on the first page alone.
    expect(await page.evaluate('getComputedStyle(document.querySelector("th button")).display')).toBe(
      'contents',
    )
    await page.context().close()
  })

  it('sorts a table by a click and by the keyboard, and back', async () => {
    const page = await open(1280)
    const table = page.locator('#sweep-decoder-era-costs + .scroll table')
    const header = table.locator('th', { hasText: 'trained parameters' })
    const parameters = async (): Promise<number[]> =>
      (await table.locator('tbody tr td:nth-child(2)').allTextContents()).map((text) =>
        Number(text.replaceAll(',', '')),
      )
    const ascending = [...(await parameters())].sort((a, b) => a - b)
    expect(ascending).not.toEqual(await parameters())
    await header.locator('button').click()
    expect(await parameters()).toEqual(ascending)
    expect(await header.getAttribute('aria-sort')).toBe('ascending')
    await header.locator('button').focus()
    await page.keyboard.press('Enter')
    expect(await parameters()).toEqual(ascending.reverse())
    expect(await header.getAttribute('aria-sort')).toBe('descending')
    const names = table.locator('tbody th')
    await table.locator('th', { hasText: 'configuration' }).locator('button').focus()
    await page.keyboard.press('Space')
    expect((await names.allTextContents()).slice(0, 3)).toEqual(['bca:p=1', 'bca:p=2', 'bca:p=3'])
    expect(await header.getAttribute('aria-sort')).toBeNull()
    await page.context().close()
  })

  it('sorts what is empty last, whichever way', async () => {
    const page = await open(1280)
    const table = page.locator('#sweep-decoder-era-results + .scroll table')
    const button = table.locator('th', { hasText: 'behind the best' }).locator('button')
    const column = table.locator('tbody tr').last().locator('td').nth(1)
    for (let press = 0; press < 2; press++) {
      await button.click()
      expect(await column.textContent()).toBe('–')
    }
    await page.context().close()
  })

  it('puts the link to a row in the address', async () => {
    const page = await open(1280)
    await page.locator('#sweep-decoder-era-results + .scroll tbody th').first().click()
    expect(page.url()).toBe(`file://${file}#sweep-decoder-era-results-bca-p-1`)
    await page.context().close()
  })
})
