/**
 * Inputs that every system makes for itself, the same ones in every language: element i under a seed is a hash of
 * both. The hash is `lowbias32`, found by Chris Wellons' hash-prospector.
 */
function hash(seed: number, index: number): number {
  let x = (index + Math.imul(seed, 0x9e3779b9)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** Numbers uniform in [-scale, scale). */
export function hashedFloats(seed: number, count: number, scale = 1): Float32Array {
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) values[i] = ((hash(seed, i) >>> 8) * 2 ** -23 - 1) * scale
  return values
}

/** Integers uniform in `from` … `below` - 1. */
export function hashedIntegers(seed: number, count: number, from: number, below: number): Int32Array {
  const values = new Int32Array(count)
  for (let i = 0; i < count; i++) values[i] = from + Math.floor((hash(seed, i) * (below - from)) / 2 ** 32)
  return values
}

/** At most so many numbers of a result are compared. */
const sampleSize = 4096

/** Numbers that stand for a result: all of a short one, otherwise evenly spaced ones. */
export function sampleOf(values: ArrayLike<number>): number[] {
  const stride = Math.max(1, Math.floor(values.length / sampleSize))
  // An odd stride walks through all columns of a matrix whose width is a power of two.
  const step = stride % 2 === 0 ? stride - 1 : stride
  const sample: number[] = []
  for (let i = 0; i < values.length && sample.length < sampleSize; i += step) sample.push(values[i]!)
  return sample
}

/** The sample of several results, one after the other. */
export function joined(arrays: readonly ArrayLike<number>[]): Float32Array {
  const result = new Float32Array(arrays.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const array of arrays) {
    result.set(array, at)
    at += array.length
  }
  return result
}
