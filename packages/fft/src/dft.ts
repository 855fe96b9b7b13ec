import { FftLengthError } from './fft-error.js'
import { writeUnitRoot } from './unit-root.js'

/**
 * The discrete Fourier transform by its definition, in n² steps: what every fast transform must agree with.
 *
 *     X[k] = Σ_j x[j] · exp(−2πi · jk / n)
 *
 * Shapes: x [n complex, interleaved] -> [n complex, interleaved]; not scaled.
 */
export function dft(x: Float64Array): Float64Array {
  if (x.length % 2 !== 0) {
    throw new FftLengthError(`dft: x must hold pairs (real, imaginary); got ${x.length} numbers`)
  }
  const n = x.length / 2
  const roots = new Float64Array(2 * n)
  for (let k = 0; k < n; k++) writeUnitRoot(roots, 2 * k, k, n)

  const X = new Float64Array(2 * n)
  for (let k = 0; k < n; k++) {
    let re = 0
    let im = 0
    for (let j = 0; j < n; j++) {
      // exp(−2πi · jk/n) repeats with period n in jk, so n roots are enough.
      const root = 2 * ((j * k) % n)
      const wRe = roots[root]!
      const wIm = roots[root + 1]!
      const xRe = x[2 * j]!
      const xIm = x[2 * j + 1]!
      re += xRe * wRe - xIm * wIm
      im += xRe * wIm + xIm * wRe
    }
    X[2 * k] = re
    X[2 * k + 1] = im
  }
  return X
}
