import { createFft } from '@gyre/fft'
import { formatNumber } from '@gyre/report'
import { type Contestant, type Measurement, measure } from '../measure.js'
import { loadFftJs } from '../peers.js'
import { checkEqual, type Suite } from '../suite.js'

const numbers = 65_536

/** Real transforms of float32 rows, beside fft.js where n is a power of two. */
export const fftSuite: Suite = {
  name: 'fft',
  description: `real transforms of ${formatNumber(numbers)} float32 numbers in rows of n, beside fft.js`,
  async run(quick) {
    const FftJs = loadFftJs()
    const measurements: Measurement[] = []
    for (const n of quick ? [64, 768, 1024] : [64, 128, 256, 512, 768, 1024, 2048, 4096]) {
      const rows = Math.floor(numbers / n)
      const x = Float32Array.from({ length: rows * n }, (_, i) => Math.sin(i * i))
      const flops = rows * 2.5 * n * Math.log2(n)

      const plan = createFft(n)
      const out = new Float32Array(rows * (n + 2))
      const contestants: Contestant[] = [
        { name: `gyre (${plan.algorithm})`, flops, run: () => void plan.realForward(x, out, rows) },
      ]
      if (Number.isInteger(Math.log2(n))) {
        const peer = new FftJs(n)
        const theirs = peer.createComplexArray()
        const row = (index: number) => x.subarray(index * n, (index + 1) * n)
        peer.realTransform(theirs, row(1))
        plan.realForward(x, out, rows)
        checkEqual(`fft.js, n = ${n}`, theirs.slice(0, n + 2), out.subarray(n + 2, 2 * (n + 2)))
        const run = () => {
          for (let index = 0; index < rows; index++) peer.realTransform(theirs, row(index))
        }
        contestants.push({ name: 'fft.js', flops, run })
      }
      const options = { rounds: quick ? 7 : 15, roundMilliseconds: quick ? 20 : 50 }
      measurements.push(...(await measure(`n = ${n}, ${formatNumber(rows)} rows`, contestants, options)))
    }
    return measurements
  },
}
