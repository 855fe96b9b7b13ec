import { expOfNegativeVector, powerOfTwo, reducedExpMinusOne, shiftedExponent } from './exp'
import { multiplyAdd } from '../simd'

const SIGN_BIT: i32 = 0x80000000

/** tanh x in each lane, within 3 units in the last place also near 0. */
// @ts-ignore: decorator
@inline
export function tanhVector(x: v128): v128 {
  // tanh|x| = m / (m + 2) with m = e^(2|x|) - 1 = 2ⁿ (eʳ - 1) + (2ⁿ - 1). From 9.1 on it is 1 in float32.
  const magnitude = f32x4.pmin(f32x4.abs(x), f32x4.splat(9.1))
  const double = f32x4.add(magnitude, magnitude)
  const shifted = shiftedExponent(double)
  const power = powerOfTwo(shifted, 0)
  const m = multiplyAdd(power, reducedExpMinusOne(double, shifted), f32x4.sub(power, f32x4.splat(1)))
  const result = f32x4.div(m, f32x4.add(m, f32x4.splat(2)))
  return v128.or(result, v128.and(x, i32x4.splat(SIGN_BIT)))
}

/** 1 / (1 + e⁻ˣ) in each lane, within 3 units in the last place, denormal results included. */
// @ts-ignore: decorator
@inline
export function sigmoidVector(x: v128): v128 {
  // With e^(-|x|), which cannot overflow: the other side of 0 has it in the numerator.
  const e = expOfNegativeVector(f32x4.neg(f32x4.abs(x)))
  const one = f32x4.splat(1)
  const numerator = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0)))
  return f32x4.div(numerator, f32x4.add(one, e))
}
