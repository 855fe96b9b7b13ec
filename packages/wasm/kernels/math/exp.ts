import { multiplyAdd } from '../simd'

// eˣ = 2ⁿ eʳ with n = round(x / ln 2) and |r| <= ln 2 / 2. The polynomials of this folder are minimax fits (Lawson's
// reweighted least squares on Chebyshev points), rounded to float32.

/** Adding it rounds to a whole number, which then stands in the low bits. */
const ROUND: f32 = 12582912 // 1.5 · 2²³
const ROUND_BITS: i32 = 0x4b400000
const LOG2_E: f32 = 1.44269504
// ln 2 in two parts: products of the first with n are exact.
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4

/** n + ROUND for eˣ = 2ⁿ eʳ. */
// @ts-ignore: decorator
@inline
export function shiftedExponent(x: v128): v128 {
  return multiplyAdd(x, f32x4.splat(LOG2_E), f32x4.splat(ROUND))
}

/** 2ⁿ⁺ᵇ from n + ROUND; -127 < n + b < 128. The bits of ROUND are shifted out. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(shifted: v128, b: i32): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), i32x4.splat((127 + b) << 23))
}

/** eʳ - 1, from x and n + ROUND. */
// @ts-ignore: decorator
@inline
export function reducedExpMinusOne(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, f32x4.splat(ROUND))
  const r = multiplyAdd(n, f32x4.splat(-LN2_LOW), multiplyAdd(n, f32x4.splat(-LN2_HIGH), x))
  // (eʳ - 1 - r) / r² on |r| <= 0.34668; relative error of eʳ - 1 below 1.4e-8.
  let p = multiplyAdd(f32x4.splat(0.0013882516650483012), r, f32x4.splat(0.008366533555090427))
  p = multiplyAdd(p, r, f32x4.splat(0.04166720062494278))
  p = multiplyAdd(p, r, f32x4.splat(0.1666654348373413))
  p = multiplyAdd(p, r, f32x4.splat(0.4999999701976776))
  return multiplyAdd(f32x4.mul(r, r), p, r)
}

/** eˣ in each lane, within 1 unit in the last place, denormal results included; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function expVector(x: v128): v128 {
  // Beyond these, the result is 0 or infinite. pmin and pmax, in this order of operands, keep NaN.
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104))
  const shifted = shiftedExponent(x)
  const p = f32x4.add(reducedExpMinusOne(x, shifted), f32x4.splat(1))
  // 2ⁿ itself may be too large or too small for float32, its two halves never are.
  const half = i32x4.shr_s(i32x4.sub(shifted, i32x4.splat(ROUND_BITS)), 1)
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half, 0)), powerOfTwo(i32x4.sub(shifted, half), 0))
}

/** The same for x <= 0, where it takes less. */
// @ts-ignore: decorator
@inline
export function expOfNegativeVector(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-104))
  const shifted = shiftedExponent(x)
  const p = f32x4.add(reducedExpMinusOne(x, shifted), f32x4.splat(1))
  // 2ⁿ is at least 2⁻¹⁵⁰: too small for float32, with a factor of 2⁶⁴ it is not.
  return f32x4.mul(f32x4.mul(p, powerOfTwo(shifted, 64)), f32x4.splat(5.421010862427522e-20)) // 2⁻⁶⁴
}
