/**
 * How far `actual` is from `expected`: the largest difference divided by the largest expected number, or the
 * difference itself where all expected numbers are below 1e-6. NaN when there is one.
 */
export function relmax(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    // Math.max hands NaN on.
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!))
    largest = Math.max(largest, Math.abs(expected[i]!))
  }
  return largest < 1e-6 ? difference : difference / largest
}
