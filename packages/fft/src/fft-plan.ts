import { chooseMethod, type FftAlgorithm, type FftMethod, nameMethod } from './algorithm.js'
import { type ComplexTransform, createComplexTransform } from './complex-transform.js'
import type { FftArrays, FftPrecision } from './precision.js'
import { createRealTransform, type RealTransform } from './real-transform.js'
import { checkRows } from './rows.js'

/**
 * The transforms of one length, with their tables and scratch arrays; made by `createFft`.
 *
 * With w = exp(−2πi / n), one row of n numbers x becomes
 *
 *     X[k] = Σ_j x[j] · w^(jk)                forward, not scaled
 *     x[j] = 1/n · Σ_k X[k] · w^(−jk)         inverse
 *
 * Complex numbers are interleaved: real part, imaginary part, real part, … Every method transforms `batch` rows
 * that lie one after the other; without `batch`, as many as the input holds. It writes to `out` if given, and then
 * allocates nothing from the second call on; otherwise to a new array; and returns the array it wrote to. `out`
 * may be the input itself where the lengths agree. All arithmetic is in float64: a float32 plan rounds once, at the
 * end.
 *
 * An array of the wrong type is an `FftTypeError`, one of the wrong length an `FftLengthError`.
 */
export class FftPlan<P extends FftPrecision> {
  readonly n: number
  readonly precision: P
  /** What the complex transforms run; the real ones run the same for n/2 if n is even. */
  readonly algorithm: FftAlgorithm
  readonly #method: FftMethod
  /** Made by the first call that needs it: many plans only ever serve real numbers, or only complex ones. */
  #complex: ComplexTransform | undefined
  #real: RealTransform | undefined

  constructor(n: number, precision: P) {
    this.n = n
    this.precision = precision
    this.#method = chooseMethod(n)
    this.algorithm = nameMethod(this.#method)
  }

  /** Shapes: x [batch, n complex] -> [batch, n complex]; not scaled. */
  forward(x: FftArrays[P], out?: FftArrays[P], batch?: number): FftArrays[P] {
    return this.#transformComplex('forward', x, out, batch)
  }

  /** Shapes: X [batch, n complex] -> [batch, n complex]; scaled by 1/n, so that it undoes `forward`. */
  inverse(X: FftArrays[P], out?: FftArrays[P], batch?: number): FftArrays[P] {
    return this.#transformComplex('inverse', X, out, batch)
  }

  /**
   * Shapes: x [batch, n real] -> [batch, ⌊n/2⌋ + 1 complex]; not scaled. The other half of the spectrum would be
   * its mirror image, X[n−k] = conj(X[k]).
   */
  realForward(x: FftArrays[P], out?: FftArrays[P], batch?: number): FftArrays[P] {
    const width = this.n
    const spectrumWidth = 2 * Math.floor(this.n / 2) + 2
    const target = checkRows('realForward', this, x, width, out, spectrumWidth, batch)
    const real = (this.#real ??= createRealTransform(this.n))
    const rows = target.length / spectrumWidth
    for (let row = 0; row < rows; row++) real.forward(x, row * width, target, row * spectrumWidth)
    return target
  }

  /**
   * Shapes: X [batch, ⌊n/2⌋ + 1 complex] -> [batch, n real]; scaled by 1/n, so that it undoes `realForward`. The
   * imaginary parts of X[0] and, for even n, of X[n/2] are ignored: a real row has none.
   */
  realInverse(X: FftArrays[P], out?: FftArrays[P], batch?: number): FftArrays[P] {
    const width = this.n
    const spectrumWidth = 2 * Math.floor(this.n / 2) + 2
    const target = checkRows('realInverse', this, X, spectrumWidth, out, width, batch)
    const real = (this.#real ??= createRealTransform(this.n))
    const rows = target.length / width
    for (let row = 0; row < rows; row++) real.inverse(X, row * spectrumWidth, target, row * width)
    return target
  }

  #transformComplex(
    name: 'forward' | 'inverse',
    x: FftArrays[P],
    out: FftArrays[P] | undefined,
    batch: number | undefined,
  ): FftArrays[P] {
    const width = 2 * this.n
    const target = checkRows(name, this, x, width, out, width, batch)
    const complex = (this.#complex ??= createComplexTransform(this.n, this.#method))
    for (let at = 0; at < target.length; at += width) complex.run(x, at, target, at, name === 'inverse')
    return target
  }
}
