import { chirp } from './chirp.js'
import type { ComplexTransform } from './complex-transform.js'
import type { RealArray } from './precision.js'
import { createWorkArray, type WorkArray } from './work-array.js'

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
  readonly input: WorkArray
  readonly #n: number
  readonly #chirp: Float64Array
  readonly #chirpSpectrum: Float64Array
  readonly #convolution: ComplexTransform

  /** `convolution` transforms rows of `convolutionLength` ≥ 2n − 1 complex numbers. */
  constructor(n: number, convolutionLength: number, convolution: ComplexTransform) {
    this.#n = n
    this.#convolution = convolution
    this.input = createWorkArray(2 * n)

    const u = chirp(n)
    this.#chirp = u

    // conj(u[j]) for −n < j < n, with negative positions counted from the end.
    const mirrored = convolution.input.fill(0)
    for (let j = 0; j < n; j++) {
      const mirror = (convolutionLength - j) % convolutionLength
      mirrored[2 * j] = mirrored[2 * mirror] = u[2 * j]!
      mirrored[2 * j + 1] = mirrored[2 * mirror + 1] = -u[2 * j + 1]!
    }
    this.#chirpSpectrum = Float64Array.from(convolution.run(null, 0, null, 0, false))
  }

  run(
    source: RealArray | null,
    sourceAt: number,
    target: RealArray | null,
    targetAt: number,
    inverse: boolean,
  ): WorkArray {
    const numbers = 2 * this.#n
    const chirp = this.#chirp
    const convolution = this.#convolution
    const row = convolution.input

    const x = source ?? this.input
    const part = source && inverse ? -1 : 1
    let from = source ? sourceAt + (inverse ? 1 : 0) : 0
    for (let at = 0; at < numbers; at += 2, from += 2) {
      const re = x[from]!
      const im = x[from + part]!
      row[at] = re * chirp[at]! - im * chirp[at + 1]!
      row[at + 1] = re * chirp[at + 1]! + im * chirp[at]!
    }
    row.fill(0, numbers)

    // The inverse by a forward transform: the product goes in, and comes out, with its parts swapped.
    writeSwappedProduct(row, convolution.run(null, 0, null, 0, false), this.#chirpSpectrum)
    const swapped = convolution.run(null, 0, null, 0, false)

    const X = target ?? this.input
    const partOut = target && inverse ? -1 : 1
    let to = target ? targetAt + (inverse ? 1 : 0) : 0
    const scale = 1 / ((row.length / 2) * (target && inverse ? this.#n : 1))
    for (let at = 0; at < numbers; at += 2, to += 2) {
      const re = swapped[at + 1]! * scale
      const im = swapped[at]! * scale
      X[to] = re * chirp[at]! - im * chirp[at + 1]!
      X[to + partOut] = re * chirp[at + 1]! + im * chirp[at]!
    }
    return this.input
  }
}

/** target = z ∘ w, complex numbers one by one, with the parts of each result swapped. `target` may be z. */
function writeSwappedProduct(target: WorkArray, z: WorkArray, w: Float64Array): void {
  for (let at = 0; at < w.length; at += 2) {
    const re = z[at]! * w[at]! - z[at + 1]! * w[at + 1]!
    const im = z[at]! * w[at + 1]! + z[at + 1]! * w[at]!
    target[at] = im
    target[at + 1] = re
  }
}
