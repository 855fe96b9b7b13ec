import type { TransformData } from './fft-plans.js'

/** `sum += a ∘ b` for `count` interleaved complex numbers, in each array from its own place on. */
export function addProduct(
  sum: Float64Array,
  sumAt: number,
  a: TransformData,
  aAt: number,
  b: TransformData,
  bAt: number,
  count: number,
): void {
  for (let f = 0; f < 2 * count; f += 2) {
    const u = a[aAt + f]!
    const v = a[aAt + f + 1]!
    const x = b[bAt + f]!
    const y = b[bAt + f + 1]!
    sum[sumAt + f] = sum[sumAt + f]! + u * x - v * y
    sum[sumAt + f + 1] = sum[sumAt + f + 1]! + u * y + v * x
  }
}

/** `sum += a ∘ conj(b)`, likewise. */
export function addProductWithConjugate(
  sum: Float64Array,
  sumAt: number,
  a: TransformData,
  aAt: number,
  b: TransformData,
  bAt: number,
  count: number,
): void {
  for (let f = 0; f < 2 * count; f += 2) {
    const u = a[aAt + f]!
    const v = a[aAt + f + 1]!
    const x = b[bAt + f]!
    const y = b[bAt + f + 1]!
    sum[sumAt + f] = sum[sumAt + f]! + u * x + v * y
    sum[sumAt + f + 1] = sum[sumAt + f + 1]! + v * x - u * y
  }
}
