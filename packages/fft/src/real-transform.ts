import { chooseMethod } from './algorithm.js'
import { type ComplexTransform, createComplexTransform } from './complex-transform.js'
import type { RealArray } from './precision.js'
import { writeUnitRoot } from './unit-root.js'

/** The transform of one row of n real numbers to ⌊n/2⌋ + 1 complex ones, and back; rows start at a given number. */
export interface RealTransform {
  forward(source: RealArray, sourceAt: number, target: RealArray, targetAt: number): void
  /** Scaled by 1/n. */
  inverse(source: RealArray, sourceAt: number, target: RealArray, targetAt: number): void
}

export function createRealTransform(n: number): RealTransform {
  return n % 2 === 0 ? new EvenRealTransform(n) : new OddRealTransform(n)
}

/**
 * Even n: the n real numbers are read as h = n/2 complex ones, z[j] = x[2j] + i · x[2j+1], and transformed as such.
 * By linearity Z = E + i·O, with E and O the transforms of the even and the odd positions. Both are transforms of
 * real numbers, so E[h−k] = conj(E[k]), which tells them apart; and one radix-2 step joins them to X:
 *
 *     E[k] = (Z[k] + conj(Z[h−k])) / 2,   O[k] = (Z[k] − conj(Z[h−k])) / 2i,   X[k] = E[k] + w^k · O[k]
 *
 * with w = exp(−2πi / n). The inverse takes the same steps backwards.
 *
 * @source J. W. Cooley, P. A. W. Lewis and P. D. Welch, "The fast Fourier transform algorithm: programming
 * considerations in the calculation of sine, cosine and Laplace transforms", Journal of Sound and Vibration 12
 * (1970), 315–337.
 */
class EvenRealTransform implements RealTransform {
  readonly #half: number
  readonly #complex: ComplexTransform
  /** w^k for 0 ≤ k ≤ h/2. */
  readonly #roots: Float64Array

  constructor(n: number) {
    this.#half = n / 2
    this.#complex = createComplexTransform(n / 2, chooseMethod(n / 2))
    this.#roots = new Float64Array(2 * Math.floor(n / 4) + 2)
    for (let k = 0; k <= n / 4; k++) writeUnitRoot(this.#roots, 2 * k, k, n)
  }

  forward(x: RealArray, xAt: number, X: RealArray, XAt: number): void {
    const Z = this.#complex.run(x, xAt, null, 0, false)
    const roots = this.#roots
    const h = this.#half

    // k = 0 gives X[0] = E[0] + O[0] and, from w^h = −1, X[h] = E[0] − O[0].
    X[XAt] = Z[0]! + Z[1]!
    X[XAt + 1] = 0
    X[XAt + 2 * h] = Z[0]! - Z[1]!
    X[XAt + 2 * h + 1] = 0
    for (let low = 2, high = 2 * h - 2; low <= high; low += 2, high -= 2) {
      const evenRe = 0.5 * (Z[low]! + Z[high]!)
      const evenIm = 0.5 * (Z[low + 1]! - Z[high + 1]!)
      const oddRe = 0.5 * (Z[low + 1]! + Z[high + 1]!)
      const oddIm = 0.5 * (Z[high]! - Z[low]!)
      const turnedRe = oddRe * roots[low]! - oddIm * roots[low + 1]!
      const turnedIm = oddRe * roots[low + 1]! + oddIm * roots[low]!
      X[XAt + low] = evenRe + turnedRe
      X[XAt + low + 1] = evenIm + turnedIm
      // X[h−k] = conj(E[k] − w^k · O[k])
      X[XAt + high] = evenRe - turnedRe
      X[XAt + high + 1] = turnedIm - evenIm
    }
  }

  inverse(X: RealArray, XAt: number, x: RealArray, xAt: number): void {
    // With the two parts of each number swapped, as an inverse needs it: see boundary-stages.ts.
    const swappedZ = this.#complex.input
    const roots = this.#roots
    const h = this.#half
    swappedZ[0] = 0.5 * (X[XAt]! - X[XAt + 2 * h]!)
    swappedZ[1] = 0.5 * (X[XAt]! + X[XAt + 2 * h]!)
    for (let low = 2, high = 2 * h - 2; low <= high; low += 2, high -= 2) {
      const evenRe = 0.5 * (X[XAt + low]! + X[XAt + high]!)
      const evenIm = 0.5 * (X[XAt + low + 1]! - X[XAt + high + 1]!)
      const turnedRe = 0.5 * (X[XAt + low]! - X[XAt + high]!)
      const turnedIm = 0.5 * (X[XAt + low + 1]! + X[XAt + high + 1]!)
      const oddRe = turnedRe * roots[low]! + turnedIm * roots[low + 1]!
      const oddIm = turnedIm * roots[low]! - turnedRe * roots[low + 1]!
      swappedZ[low] = evenIm + oddRe
      swappedZ[low + 1] = evenRe - oddIm
      // Z[h−k] = conj(E[k]) + i · conj(O[k])
      swappedZ[high] = oddRe - evenIm
      swappedZ[high + 1] = evenRe + oddIm
    }
    this.#complex.run(null, 0, x, xAt, true)
  }
}

/** Odd n: the complex transform of length n, with zeros for the imaginary parts. */
class OddRealTransform implements RealTransform {
  readonly #n: number
  readonly #complex: ComplexTransform

  constructor(n: number) {
    this.#n = n
    this.#complex = createComplexTransform(n, chooseMethod(n))
  }

  forward(x: RealArray, xAt: number, X: RealArray, XAt: number): void {
    const row = this.#complex.input
    const n = this.#n
    for (let j = 0; j < n; j++) {
      row[2 * j] = x[xAt + j]!
      row[2 * j + 1] = 0
    }
    const Z = this.#complex.run(null, 0, null, 0, false)
    for (let at = 0; at <= n; at++) X[XAt + at] = Z[at]!
    X[XAt + 1] = 0
  }

  inverse(X: RealArray, XAt: number, x: RealArray, xAt: number): void {
    // With the two parts of each number swapped, as an inverse needs it: see boundary-stages.ts.
    const row = this.#complex.input
    const n = this.#n
    row[0] = 0
    row[1] = X[XAt]!
    // The spectrum of real numbers: X[n−k] = conj(X[k]).
    for (let low = 2, high = 2 * n - 2; low < high; low += 2, high -= 2) {
      row[low + 1] = row[high + 1] = X[XAt + low]!
      row[low] = X[XAt + low + 1]!
      row[high] = -X[XAt + low + 1]!
    }
    const swapped = this.#complex.run(null, 0, null, 0, false)
    for (let j = 0; j < n; j++) x[xAt + j] = swapped[2 * j + 1]! / n
  }
}
