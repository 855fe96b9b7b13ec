import type { ComplexTransform } from './complex-transform.js'
import type { RealArray } from './precision.js'
import { writeUnitRoot } from './unit-root.js'

/**
 * Bluestein's transform, for lengths with a large prime factor. With jk = (j² + k² − (k − j)²) / 2 the definition
 * becomes a convolution with a chirp:
 *
 *     X[k] = u[k] · Σ_j (x[j] · u[j]) · conj(u[k − j]),      u[j] = exp(−πi · j² / n)
 *
 * and a convolution of n numbers is two transforms of any convenient length from 2n − 1 on: the third, of the
 * chirp, is made once.
 *
 * @source L. I. Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform",
 * IEEE Transactions on Audio and Electroacoustics 18 (1970), 451–455.
 */
export class BluesteinTransform implements ComplexTransform {
  readonly #n: number
  readonly #chirp: Float64Array
  readonly #chirpSpectrum: Float64Array
  readonly #convolution: ComplexTransform
  readonly #work: Float64Array

  /** `convolution` transforms rows of `convolutionLength` ≥ 2n − 1 complex numbers. */
  constructor(n: number, convolutionLength: number, convolution: ComplexTransform) {
    this.#n = n
    this.#convolution = convolution
    this.#work = new Float64Array(2 * convolutionLength)

    const chirp = new Float64Array(2 * n)
    // exp(−πi · j²/n) has period 2n in j²; adding 2j + 1 keeps the square exact for any n.
    for (let j = 0, square = 0; j < n; j++) {
      writeUnitRoot(chirp, 2 * j, square, 2 * n)
      square = (square + 2 * j + 1) % (2 * n)
    }
    this.#chirp = chirp

    // conj(u[j]) for −n < j < n, with negative positions counted from the end.
    const spectrum = new Float64Array(2 * convolutionLength)
    for (let j = 0; j < n; j++) {
      const mirror = (convolutionLength - j) % convolutionLength
      spectrum[2 * j] = spectrum[2 * mirror] = chirp[2 * j]!
      spectrum[2 * j + 1] = spectrum[2 * mirror + 1] = -chirp[2 * j + 1]!
    }
    convolution.run(spectrum, 0, spectrum, 0, false)
    this.#chirpSpectrum = spectrum
  }

  run(source: RealArray, sourceAt: number, target: RealArray, targetAt: number, inverse: boolean): void {
    const n = this.#n
    const chirp = this.#chirp
    const work = this.#work
    // For the inverse, read and write each pair in the other order: see boundary-stages.ts.
    const part = inverse ? -1 : 1
    let from = inverse ? sourceAt + 1 : sourceAt
    for (let at = 0; at < 2 * n; at += 2, from += 2) {
      const re = source[from]!
      const im = source[from + part]!
      work[at] = re * chirp[at]! - im * chirp[at + 1]!
      work[at + 1] = re * chirp[at + 1]! + im * chirp[at]!
    }
    work.fill(0, 2 * n)

    this.#convolution.run(work, 0, work, 0, false)
    multiplyInto(work, this.#chirpSpectrum)
    this.#convolution.run(work, 0, work, 0, true)

    const scale = inverse ? 1 / n : 1
    let to = inverse ? targetAt + 1 : targetAt
    for (let at = 0; at < 2 * n; at += 2, to += 2) {
      const re = work[at]! * scale
      const im = work[at + 1]! * scale
      target[to] = re * chirp[at]! - im * chirp[at + 1]!
      target[to + part] = re * chirp[at + 1]! + im * chirp[at]!
    }
  }
}

/** z = z ∘ w, complex numbers one by one. */
function multiplyInto(z: Float64Array, w: Float64Array): void {
  for (let at = 0; at < z.length; at += 2) {
    const re = z[at]! * w[at]! - z[at + 1]! * w[at + 1]!
    z[at + 1] = z[at]! * w[at + 1]! + z[at + 1]! * w[at]!
    z[at] = re
  }
}
