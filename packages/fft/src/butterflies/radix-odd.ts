import { writeUnitRoot } from '../unit-root.js'
import { createWorkArray } from '../work-array.js'
import type { Butterfly } from './butterfly.js'

/**
 * The stage for any odd radix r (see butterfly.ts), in about r² steps per butterfly.
 *
 * Root j·k and root (r − j)·k are conjugate, so the inputs are first paired into sums and differences,
 * s[j] = x[j] + x[r−j] and d[j] = x[j] − x[r−j] for j = 1 … h, h = (r − 1) / 2; and the outputs come in pairs:
 *
 *     y[k], y[r−k] = (x[0] + Σ_j cos(2πjk/r) · s[j])  ∓  i · Σ_j sin(2πjk/r) · d[j]
 */
export function oddButterfly(radix: number): Butterfly {
  const h = (radix - 1) / 2
  /** exp(−2πi · jk / r) for k = 1 … h and, within k, j = 1 … h. */
  const roots = createWorkArray(2 * h * h)
  for (let k = 1; k <= h; k++) {
    for (let j = 1; j <= h; j++) writeUnitRoot(roots, 2 * ((k - 1) * h + j - 1), (j * k) % radix, radix)
  }
  /** For each j: the two parts of s[j], then of d[j]. */
  const pairs = createWorkArray(4 * h)

  return (source, target, blocks, stride, twiddles) => {
    const jump = 2 * stride * blocks
    const step = 2 * stride
    let from = 0
    let to = 0
    for (let p = 0; p < blocks; p++) {
      const w = 2 * (radix - 1) * p
      for (const end = from + step; from < end; from += 2, to += 2) {
        const firstRe = source[from]!
        const firstIm = source[from + 1]!
        let sumRe = firstRe
        let sumIm = firstIm
        let low = from
        let high = from + radix * jump
        for (let pair = 0; pair < 4 * h; pair += 4) {
          low += jump
          high -= jump
          const lowRe = source[low]!
          const lowIm = source[low + 1]!
          const highRe = source[high]!
          const highIm = source[high + 1]!
          pairs[pair] = lowRe + highRe
          pairs[pair + 1] = lowIm + highIm
          pairs[pair + 2] = lowRe - highRe
          pairs[pair + 3] = lowIm - highIm
          sumRe += lowRe + highRe
          sumIm += lowIm + highIm
        }
        target[to] = sumRe
        target[to + 1] = sumIm
        let root = 0
        for (let k = 1; k <= h; k++) {
          let middleRe = firstRe
          let middleIm = firstIm
          let turnRe = 0
          let turnIm = 0
          for (let pair = 0; pair < 4 * h; pair += 4, root += 2) {
            const cosine = roots[root]!
            const minusSine = roots[root + 1]!
            middleRe += cosine * pairs[pair]!
            middleIm += cosine * pairs[pair + 1]!
            // i · (−sine) · d
            turnRe -= minusSine * pairs[pair + 3]!
            turnIm += minusSine * pairs[pair + 2]!
          }
          const yRe = middleRe + turnRe
          const yIm = middleIm + turnIm
          const mirrorRe = middleRe - turnRe
          const mirrorIm = middleIm - turnIm
          const wRe = twiddles[w + 2 * k - 2]!
          const wIm = twiddles[w + 2 * k - 1]!
          const wMirrorRe = twiddles[w + 2 * (radix - k) - 2]!
          const wMirrorIm = twiddles[w + 2 * (radix - k) - 1]!
          const toMirror = to + (radix - k) * step
          target[to + k * step] = yRe * wRe - yIm * wIm
          target[to + k * step + 1] = yRe * wIm + yIm * wRe
          target[toMirror] = mirrorRe * wMirrorRe - mirrorIm * wMirrorIm
          target[toMirror + 1] = mirrorRe * wMirrorIm + mirrorIm * wMirrorRe
        }
      }
      to += (radix - 1) * step
    }
  }
}
