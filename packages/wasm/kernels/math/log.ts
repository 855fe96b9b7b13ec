import { multiplyAdd } from '../simd'

const SMALLEST_NORMAL: f32 = 1.17549435e-38 // 2⁻¹²⁶
const SQRT_HALF_BITS: i32 = 0x3f3504f3
// ln 2 in two parts: products of the first with an exponent are exact.
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4

/** ln x in each lane, within 2 units in the last place: -∞ at 0, NaN below, denormal x included. */
// @ts-ignore: decorator
@inline
export function logVector(x: v128): v128 {
  // x = 2ᵉ (1 + f) with √½ <= 1 + f < √2. Denormal numbers are made normal first.
  const small = f32x4.lt(x, f32x4.splat(SMALLEST_NORMAL))
  const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, small) // 2²³
  const exponent = i32x4.shr_s(i32x4.sub(normal, i32x4.splat(SQRT_HALF_BITS)), 23)
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), f32x4.splat(1))
  const e = f32x4.convert_i32x4_s(i32x4.sub(exponent, v128.and(small, i32x4.splat(23))))

  // (ln(1 + f) - f + f²/2) / f³ on that interval, minimax as in exp.ts; relative error of ln(1 + f) below 6e-9.
  let p = multiplyAdd(f32x4.splat(-0.07634545862674713), f, f32x4.splat(0.1276172548532486))
  p = multiplyAdd(p, f, f32x4.splat(-0.13160234689712524))
  p = multiplyAdd(p, f, f32x4.splat(0.1420174241065979))
  p = multiplyAdd(p, f, f32x4.splat(-0.16623350977897644))
  p = multiplyAdd(p, f, f32x4.splat(0.20001226663589478))
  p = multiplyAdd(p, f, f32x4.splat(-0.250008225440979))
  p = multiplyAdd(p, f, f32x4.splat(0.3333333134651184))
  const square = f32x4.mul(f, f)
  let rest = multiplyAdd(e, f32x4.splat(LN2_LOW), f32x4.mul(f32x4.mul(square, f), p))
  rest = multiplyAdd(square, f32x4.splat(-0.5), rest)
  const result = multiplyAdd(e, f32x4.splat(LN2_HIGH), f32x4.add(f, rest))

  // ∞ and NaN are their own logarithms; a mask of ones is a NaN.
  const finite = f32x4.lt(x, f32x4.splat(Infinity))
  const zero = f32x4.eq(x, f32x4.splat(0))
  const negative = f32x4.lt(x, f32x4.splat(0))
  return v128.or(v128.bitselect(f32x4.splat(-Infinity), v128.bitselect(result, x, finite), zero), negative)
}
