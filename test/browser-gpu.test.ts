import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bundlePage,
  executablePath,
  launchChromium,
  pageFolder,
  serve,
  webGpuArguments,
} from './browser/chromium.js'
import type { GpuReport } from './browser/gpu/check-gpu.js'
import { isLongRun } from './long-run.js'

describe.skipIf(executablePath === undefined)('the GPU of Chromium, in a minified bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gyre-browser-'))
  let server: Server
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    await bundlePage(pageFolder('gpu/'), folder)
    const served = await serve(folder, false)
    server = served.server
    browser = await launchChromium(webGpuArguments)
    page = await browser.newPage()
    await page.goto(served.address)
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
    rmSync(folder, { recursive: true })
  })

  // A worker has a device of its own, and compiles every kernel again.
  const places = [
    ['in a page', 'checkGpu()'],
    ['in a worker', 'checkInWorker()'],
  ] as const
  describe.each(isLongRun ? places : places.slice(0, 1))('%s', (_where, check) => {
    let report: GpuReport

    beforeAll(async () => {
      report = await page.evaluate<GpuReport>(check)
    }, 300_000)

    it('computes every op of the catalogue, and its gradients, as js does', () => {
      expect(report.samples).toBeGreaterThan(100)
      expect(report.far).toEqual([])
    })

    it('takes training steps with the losses of js', () => {
      expect(report.trainings.map(({ name }) => name)).toEqual(['llama/full', 'roberta/bca:p=12'])
      for (const { name, losses, expected } of report.trainings) {
        expect(losses.length).toBe(4)
        expect(losses[3], `${name} learns`).toBeLessThan(losses[0]!)
        for (const [step, loss] of losses.entries())
          expect(Math.abs(loss / expected[step]! - 1), `${name}, step ${step}`).toBeLessThan(1e-4)
      }
    })

    it('takes each step as one submission and one wait', () => {
      for (const { name, submissions, waits } of report.trainings) {
        expect(submissions, name).toEqual([1, 1, 1, 1])
        expect(waits, name).toEqual([1, 1, 1, 1])
      }
    })
  })
})
