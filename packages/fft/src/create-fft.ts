import { FftLengthError, FftTypeError } from './fft-error.js'
import { FftPlan } from './fft-plan.js'
import type { FftPrecision } from './precision.js'

/** A row of this length takes 1 GiB in float32, and some ten times as much to work on. */
const longest = 2 ** 27

/**
 * A plan for transforms of length n: everything that does not depend on the numbers, made once and used often.
 *
 * `precision` is that of the arrays that the plan reads and writes: `float32` (the default) or `float64`.
 *
 * @throws FftLengthError, a RangeError, unless n is a whole number from 1 to 2^27.
 */
export function createFft<P extends FftPrecision = 'float32'>(
  n: number,
  options: { readonly precision?: P } = {},
): FftPlan<P> {
  checkLength('createFft', n)
  const precision = options.precision ?? 'float32'
  if (precision !== 'float32' && precision !== 'float64') {
    throw new FftTypeError(`createFft: expected precision to be float32 or float64, got ${String(precision)}`)
  }
  return new FftPlan(n, precision as P)
}

export function checkLength(name: string, n: number): void {
  if (Number.isInteger(n) && n >= 1 && n <= longest) return
  throw new FftLengthError(`${name}: expected n to be a whole number from 1 to ${longest}, got ${String(n)}`)
}
