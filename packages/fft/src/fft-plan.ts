import { chooseMethod, type FftAlgorithm, type FftMethod, nameMethod } from './algorithm.js'
import { type ComplexTransform, createComplexTransform } from './complex-transform.js'
import { FftLengthError, FftTypeError } from './fft-error.js'
import type { FftArrays, FftPrecision, RealArray } from './precision.js'
import { createRealTransform, type RealTransform } from './real-transform.js'

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
    const target = this.#checkArrays('realForward', x, width, out, spectrumWidth, batch)
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
    const target = this.#checkArrays('realInverse', X, spectrumWidth, out, width, batch)
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
    const target = this.#checkArrays(name, x, width, out, width, batch)
    const complex = (this.#complex ??= createComplexTransform(this.n, this.#method))
    for (let at = 0; at < target.length; at += width) complex.run(x, at, target, at, name === 'inverse')
    return target
  }

  /** Checks the arguments of a call and returns the array to write to. Widths are in numbers a row. */
  #checkArrays(
    name: string,
    x: FftArrays[P],
    width: number,
    out: FftArrays[P] | undefined,
    outWidth: number,
    batch: number | undefined,
  ): FftArrays[P] {
    this.#checkType(name, 'the input', x)
    if (batch === undefined) {
      if (x.length % width !== 0) {
        throw new FftLengthError(
          `${name}: expected a multiple of ${width} numbers (a row for n = ${this.n}), got ${x.length}`,
        )
      }
    } else if (!Number.isSafeInteger(batch) || batch < 0) {
      throw new FftLengthError(`${name}: expected a whole number of rows as batch, got ${String(batch)}`)
    } else if (x.length !== batch * width) {
      throw new FftLengthError(
        `${name}: expected ${batch * width} numbers (batch ${batch} × ${width} a row for n = ${this.n}), got ${x.length}`,
      )
    }
    const rows = x.length / width
    if (out === undefined) return this.#allocate(rows * outWidth)

    this.#checkType(name, 'out', out)
    if (out.length !== rows * outWidth) {
      throw new FftLengthError(
        `${name}: expected an out of ${rows * outWidth} numbers (batch ${rows} × ${outWidth} a row for n = ${this.n}), got ${out.length}`,
      )
    }
    if (rows > 1 && overwritesUnread(x, width, out, outWidth)) {
      throw new FftLengthError(
        `${name}: out overlaps the input so that rows would be overwritten before they are read; ` +
          'expected the input itself, or memory apart from it',
      )
    }
    return out
  }

  #checkType(name: string, role: string, array: FftArrays[P]): void {
    // By tag, not by class: an array from another frame or worker has its own classes.
    const tag = (array as RealArray | undefined)?.[Symbol.toStringTag]
    const expected = this.precision === 'float32' ? 'Float32Array' : 'Float64Array'
    if (tag === expected) return
    const found = tag ?? (Array.isArray(array) ? 'an Array' : String(array))
    throw new FftTypeError(
      `${name}: expected ${role} to be a ${expected}, as this plan's precision is ${this.precision}; got ${found}`,
    )
  }

  #allocate(length: number): FftArrays[P] {
    const array: RealArray =
      this.precision === 'float32' ? new Float32Array(length) : new Float64Array(length)
    return array as FftArrays[P]
  }
}

/** Whether writing a row of `out` would touch a row of `x` that comes later. */
function overwritesUnread(x: RealArray, width: number, out: RealArray, outWidth: number): boolean {
  if (x.buffer !== out.buffer) return false
  const distance = (out.byteOffset - x.byteOffset) / x.BYTES_PER_ELEMENT
  if (distance >= x.length || -distance >= out.length) return false
  // Row r of out ends at distance + (r + 1) · outWidth and must not reach past (r + 1) · width, where the unread rows
  // begin. Both grow evenly with r, so it is enough to look at the first row and at the last but one.
  const rows = x.length / width
  const headroom = Math.min(width - outWidth, (rows - 1) * (width - outWidth))
  return distance > headroom
}
