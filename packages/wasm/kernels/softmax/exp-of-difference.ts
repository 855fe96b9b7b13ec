import { multiplyAdd } from '../simd'

const ROUND: f32 = 12582912 // 1.5 · 2²³; adding it rounds to a whole number, which then stands in the low bits
const LOG2_E: f32 = 1.44269504
const LN2: f32 = 0.693147182
/** Below it 2ⁿ would not be a normal float32; the result is 0. */
const LOWEST: f32 = -87

/**
 * eˣ in each lane for x up to about 0, the difference of a number and the largest one; NaN stays NaN. Less work than
 * `expVector`: n ln 2 is one product, whose rounding is no larger than that of the difference itself, and the
 * polynomial is one degree lower, a minimax fit with a relative error below 1e-7.
 */
// @ts-ignore: decorator
@inline
export function expOfDifference(x: v128): v128 {
  const shifted = multiplyAdd(x, f32x4.splat(LOG2_E), f32x4.splat(ROUND))
  const r = multiplyAdd(f32x4.sub(shifted, f32x4.splat(ROUND)), f32x4.splat(-LN2), x)
  let p = multiplyAdd(f32x4.splat(0.008290272206068039), r, f32x4.splat(0.04189816117286682))
  p = multiplyAdd(p, r, f32x4.splat(0.1666763871908188))
  p = multiplyAdd(p, r, f32x4.splat(0.4999914765357971))
  p = multiplyAdd(p, r, f32x4.splat(0.9999997019767761))
  p = multiplyAdd(p, r, f32x4.splat(1))
  // times 2ⁿ: the bits of ROUND are shifted out, n is added to the exponent.
  const power = i32x4.add(p, i32x4.shl(shifted, 23))
  return v128.andnot(power, f32x4.lt(x, f32x4.splat(LOWEST)))
}
