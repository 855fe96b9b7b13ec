import { FftLengthError, FftTypeError } from './fft-error.js'
import type { FftArrays, FftPrecision, RealArray } from './precision.js'

/** What of a plan its arrays must fit. */
interface Expected<P extends FftPrecision> {
  readonly n: number
  readonly precision: P
}

/**
 * Checks the arrays of a call, in which rows of `width` numbers become rows of `outWidth`, and returns the array to
 * write to: `out`, or a new one.
 */
export function checkRows<P extends FftPrecision>(
  name: string,
  plan: Expected<P>,
  x: FftArrays[P],
  width: number,
  out: FftArrays[P] | undefined,
  outWidth: number,
  batch: number | undefined,
): FftArrays[P] {
  checkType(name, 'the input', plan.precision, x)
  if (batch === undefined) {
    if (x.length % width !== 0) {
      throw new FftLengthError(
        `${name}: expected a multiple of ${width} numbers (a row for n = ${plan.n}), got ${x.length}`,
      )
    }
  } else if (!Number.isSafeInteger(batch) || batch < 0) {
    throw new FftLengthError(`${name}: expected a whole number of rows as batch, got ${String(batch)}`)
  } else if (x.length !== batch * width) {
    throw new FftLengthError(
      `${name}: expected ${batch * width} numbers (batch ${batch} × ${width} a row for n = ${plan.n}), got ${x.length}`,
    )
  }
  const rows = x.length / width
  if (out === undefined) return allocate(plan.precision, rows * outWidth)

  checkType(name, 'out', plan.precision, out)
  if (out.length !== rows * outWidth) {
    throw new FftLengthError(
      `${name}: expected an out of ${rows * outWidth} numbers (batch ${rows} × ${outWidth} a row for n = ${plan.n}), got ${out.length}`,
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

function checkType<P extends FftPrecision>(
  name: string,
  role: string,
  precision: P,
  array: FftArrays[P],
): void {
  // By tag, not by class: an array from another frame or worker has its own classes.
  const tag = (array as RealArray | undefined)?.[Symbol.toStringTag]
  const expected = precision === 'float32' ? 'Float32Array' : 'Float64Array'
  if (tag === expected) return
  const found = tag ?? (Array.isArray(array) ? 'an Array' : String(array))
  throw new FftTypeError(
    `${name}: expected ${role} to be a ${expected}, as this plan's precision is ${precision}; got ${found}`,
  )
}

function allocate<P extends FftPrecision>(precision: P, length: number): FftArrays[P] {
  const array: RealArray = precision === 'float32' ? new Float32Array(length) : new Float64Array(length)
  return array as FftArrays[P]
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
