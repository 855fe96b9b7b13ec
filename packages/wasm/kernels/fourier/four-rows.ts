/** The parts that kernels of this folder share: four rows at a time, one in each lane. */

/** The numbers of two vectors in turn, into four rows at 0, stride, stride2 and stride3: 8 bytes each. */
// @ts-ignore: decorator
@inline
export function storePair(row: usize, stride: usize, stride2: usize, stride3: usize, first: v128, second: v128): void {
  const low = v128.shuffle<f32>(first, second, 0, 4, 1, 5)
  const high = v128.shuffle<f32>(first, second, 2, 6, 3, 7)
  v128.store64_lane(row, low, 0)
  v128.store64_lane(row + stride, low, 1)
  v128.store64_lane(row + stride2, high, 0)
  v128.store64_lane(row + stride3, high, 1)
}

/** Four vectors, one number of each row, into the rows: 16 bytes each. */
// @ts-ignore: decorator
@inline
export function storeFour(
  row: usize, stride: usize, stride2: usize, stride3: usize, a: v128, b: v128, c: v128, d: v128,
): void {
  const low1 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const low2 = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  v128.store(row, v128.shuffle<f32>(low1, low2, 0, 1, 4, 5))
  v128.store(row + stride, v128.shuffle<f32>(low1, low2, 2, 3, 6, 7))
  const high1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const high2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(row + stride2, v128.shuffle<f32>(high1, high2, 0, 1, 4, 5))
  v128.store(row + stride3, v128.shuffle<f32>(high1, high2, 2, 3, 6, 7))
}

/** The first 8 bytes of rows 0 and 1, or of rows 2 and 3. */
// @ts-ignore: decorator
@inline
export function loadPair(row: usize, otherRow: usize): v128 {
  return v128.load64_lane(otherRow, v128.load64_zero(row), 1)
}

/** Copies `count` rows one after the other, and zeros up to `total` rows after them. */
export function copyRows(target: usize, source: usize, sourceStride: usize, bytes: usize, count: i32, total: i32): void {
  for (let row = 0; row < count; row++) memory.copy(target + <usize>row * bytes, source + <usize>row * sourceStride, bytes)
  memory.fill(target + <usize>count * bytes, 0, <usize>(total - count) * bytes)
}
