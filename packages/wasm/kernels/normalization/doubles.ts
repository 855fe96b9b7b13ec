// Sums in float64, for rows whose squares are too large or too small for float32.

/** Whether a sum of squares in float32 lanes was neither too large nor too small. False for NaN. */
// @ts-ignore: decorator
@inline
export function isInRange(squares: f64): bool {
  return squares > 1e-30 && squares < 1e30
}

/** The sum of a row. */
export function sumInDoubles(x: usize, features: i32): f64 {
  let total: f64 = 0
  for (let i = 0; i < features; i++) total += load<f32>(x + (<usize>i << 2))
  return total
}

/** The sum of (x - shift)² over a row. */
export function squaresInDoubles(x: usize, features: i32, shift: f64): f64 {
  let total: f64 = 0
  for (let i = 0; i < features; i++) {
    const difference = <f64>load<f32>(x + (<usize>i << 2)) - shift
    total += difference * difference
  }
  return total
}
