/**
 * How far a result is from another one, relative to the size of that: the root of the summed squared differences.
 * Infinity for results of different lengths.
 */
export function relativeDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let error = 0
  let size = 0
  for (const [i, value] of expected.entries()) {
    error += (actual[i]! - value) ** 2
    size += value ** 2
  }
  return error === 0 ? 0 : Math.sqrt(error / size)
}
