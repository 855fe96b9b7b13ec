import { multiplyAdd } from '../simd'

/** The error function in each lane, relative error below 6e-7 also near 0. */
// @ts-ignore: decorator
@inline
export function erfVector(x: v128): v128 {
  // erf x / x = P(x²) / Q(x²) on |x| <= 3.95, where erf becomes 1 in float32: a minimax fit (linearised, reweighted
  // least squares on Chebyshev points), relative error 2.1e-8. All coefficients are positive, so nothing cancels.
  const bounded = f32x4.pmax(f32x4.pmin(x, f32x4.splat(3.95)), f32x4.splat(-3.95))
  const u = f32x4.mul(bounded, bounded)
  let p = multiplyAdd(f32x4.splat(2.0259353732399177e-6), u, f32x4.splat(0.00028468683012761176))
  p = multiplyAdd(p, u, f32x4.splat(0.003808078356087208))
  p = multiplyAdd(p, u, f32x4.splat(0.05287518724799156))
  p = multiplyAdd(p, u, f32x4.splat(0.19154822826385498))
  p = multiplyAdd(p, u, f32x4.splat(1.1283791065216064))
  let q = multiplyAdd(f32x4.splat(3.7832040106877685e-5), u, f32x4.splat(0.0011707075173035264))
  q = multiplyAdd(q, u, f32x4.splat(0.015054919756948948))
  q = multiplyAdd(q, u, f32x4.splat(0.11455877870321274))
  q = multiplyAdd(q, u, f32x4.splat(0.5030878782272339))
  q = multiplyAdd(q, u, f32x4.splat(1))
  const result = f32x4.div(f32x4.mul(bounded, p), q)
  // Rounding might pass 1.
  return f32x4.pmax(f32x4.pmin(result, f32x4.splat(1)), f32x4.splat(-1))
}
