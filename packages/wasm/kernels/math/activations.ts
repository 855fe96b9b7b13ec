import { multiplyAdd } from '../simd'
import { erfVector } from './erf'
import { expOfNegativeVector } from './exp'
import { sigmoidVector } from './tanh'

const SQRT_HALF: f32 = 0.7071067811865476
const INVERSE_SQRT_TWO_PI: f32 = 0.3989422804014327
/** 2 √(2/π) */
const TWICE_TANH_SCALE: f32 = 1.5957691216057308
const CUBIC: f32 = 0.044715

/** x Φ(x) = x/2 (1 + erf(x / √2)). */
// @ts-ignore: decorator
@inline
export function geluVector(x: v128): v128 {
  const half = f32x4.mul(x, f32x4.splat(0.5))
  return multiplyAdd(half, erfVector(f32x4.mul(x, f32x4.splat(SQRT_HALF))), half)
}

/** d/dx x Φ(x) = Φ(x) + x φ(x). */
// @ts-ignore: decorator
@inline
export function geluSlopeVector(x: v128): v128 {
  const half = f32x4.splat(0.5)
  const distribution = multiplyAdd(half, erfVector(f32x4.mul(x, f32x4.splat(SQRT_HALF))), half)
  const density = expOfNegativeVector(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)))
  return multiplyAdd(f32x4.mul(x, f32x4.splat(INVERSE_SQRT_TWO_PI)), density, distribution)
}

/** x/2 (1 + tanh u) = x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³). */
// @ts-ignore: decorator
@inline
export function geluTanhVector(x: v128): v128 {
  return f32x4.mul(x, sigmoidVector(twiceInner(x, f32x4.mul(x, x))))
}

/** With s = sigmoid(2u): s + x s (1 - s) (2u)'. */
// @ts-ignore: decorator
@inline
export function geluTanhSlopeVector(x: v128): v128 {
  const square = f32x4.mul(x, x)
  const s = sigmoidVector(twiceInner(x, square))
  const innerSlope = multiplyAdd(
    square,
    f32x4.splat(3 * CUBIC * TWICE_TANH_SCALE),
    f32x4.splat(TWICE_TANH_SCALE),
  )
  const rest = f32x4.mul(f32x4.mul(x, s), f32x4.sub(f32x4.splat(1), s))
  return multiplyAdd(rest, innerSlope, s)
}

// @ts-ignore: decorator
@inline
function twiceInner(x: v128, square: v128): v128 {
  const factor = multiplyAdd(square, f32x4.splat(CUBIC * TWICE_TANH_SCALE), f32x4.splat(TWICE_TANH_SCALE))
  return f32x4.mul(x, factor)
}

/** d/dx x s = s (1 + x (1 - s)) with s = sigmoid(x). */
// @ts-ignore: decorator
@inline
export function siluSlopeVector(x: v128): v128 {
  const s = sigmoidVector(x)
  return multiplyAdd(f32x4.mul(s, x), f32x4.sub(f32x4.splat(1), s), s)
}
