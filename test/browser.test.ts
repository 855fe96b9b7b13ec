import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlePage, executablePath, launchChromium, pageFolder, serve } from './browser/chromium.js'
import type { PageReport } from './browser/page.js'

const folder = mkdtempSync(join(tmpdir(), 'gyre-browser-'))
/** What each page found, by whether it is cross-origin isolated. */
const reports = new Map<boolean, PageReport>()

beforeAll(async () => {
  await bundlePage(pageFolder(''), folder)
  if (executablePath === undefined) return
  const browser = await launchChromium()
  try {
    for (const isolated of [true, false]) {
      const { server, address } = await serve(folder, isolated)
      const page = await browser.newPage()
      await page.goto(address)
      reports.set(isolated, await page.evaluate<PageReport>('check()'))
      await page.close()
      server.close()
    }
  } finally {
    await browser.close()
  }
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true }))

describe('a bundle that Vite makes of the packages', () => {
  it('is smaller than 400 kB, compressed with gzip', () => {
    const scripts = readdirSync(join(folder, 'assets')).filter((file) => file.endsWith('.js'))
    const page = scripts.filter((file) => !file.startsWith('worker'))
    // The worker's script holds the same packages again.
    expect([page.length, scripts.length]).toEqual([1, 2])
    expect(gzipSync(readFileSync(join(folder, 'assets', page[0]!))).length).toBeLessThan(400_000)
  })
})

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  describe.each([
    ['is cross-origin isolated', true],
    ['is not isolated', false],
  ] as const)('a page that %s', (_name, isolated) => {
    it.each(['page', 'worker'] as const)('computes in its %s what the js backend computes', (where) => {
      const report = reports.get(isolated)![where]
      expect(report.isolated).toBe(isolated)
      expect(report.samples).toBeGreaterThan(100)
      expect(report.far).toEqual([])
      expect(report.compiledLikeEager).toBe(true)
    })

    it.each(['page', 'worker'] as const)('has in its %s the threads that there can be', (where) => {
      const { threads, singleThreadReason } = reports.get(isolated)![where]
      if (isolated) {
        expect(threads.slice(1)).toEqual([1, 2])
        expect(singleThreadReason).toBeUndefined()
      } else {
        expect(threads).toEqual([1, 1, 1])
        expect(singleThreadReason).toMatch(/not cross-origin isolated/)
      }
    })
  })

  it('the bytes are the same with any number of threads, shared memory or not', () => {
    const all = [...reports.values()].flatMap(({ page, worker }) => [page, worker])
    expect(all.length).toBe(4)
    expect(new Set(all.flatMap(({ fingerprints }) => fingerprints)).size).toBe(1)
  })
})
