import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import {
  bundlePage,
  executablePath,
  launchChromium,
  pageFolder,
  serve,
  webGpuArguments,
} from './browser/chromium.js'
import type { FftReport } from './browser/gpu-fft/page.js'
import { someOf } from './long-run.js'

/** Chromium with a GPU in software. */
const args = {
  webgl2: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  webgpu: webGpuArguments,
}
const folder = mkdtempSync(join(tmpdir(), 'gyre-browser-'))

afterAll(() => rmSync(folder, { recursive: true }))

const lengths = someOf(
  Array.from({ length: 14 }, (_, index) => 2 ** (index + 1)),
  5,
)

describe.skipIf(executablePath === undefined)('transforms in a minified bundle', () => {
  beforeAll(() => bundlePage(pageFolder('gpu-fft/'), folder), 300_000)

  describe.each(['webgl2', 'webgpu'] as const)('on %s in Chromium', (backend) => {
    let report: FftReport

    beforeAll(async () => {
      const browser = await launchChromium(args[backend])
      const { server, address } = await serve(folder, false)
      try {
        const page = await browser.newPage()
        await page.goto(address)
        report = await page.evaluate<FftReport>(`check('${backend}', [${lengths}])`)
      } finally {
        server.close()
        await browser.close()
      }
    }, 300_000)

    it('agree for every power of two with the plan in float64', () => {
      expect(report.gpuJs.map(({ n }) => n)).toEqual(
        someOf(
          Array.from({ length: 14 }, (_, index) => 2 ** (index + 1)),
          5,
        ),
      )
      for (const { n, kernel, error } of report.gpuJs) {
        expect(kernel).toBe(`gpu.js ${backend} radix-2`)
        expect(error, `n = ${n}`).toBeLessThan(2e-6)
      }
    })

    it('give the block-circulant product and its gradients', () => {
      expect(report.circulant.kernel).toBe(`gpu.js ${backend} radix-2`)
      expect(report.circulant.errors.length).toBe(3)
      for (const error of report.circulant.errors) expect(error).toBeLessThan(2e-6)
    })

    if (backend === 'webgl2') return
    it('agree in WGSL, too', () => {
      expect(report.wgsl.length).toBe(2)
      for (const { kernel, error } of report.wgsl) {
        expect(kernel).toBe('wgsl radix-2')
        expect(error).toBeLessThan(2e-6)
      }
    })
  })
})
