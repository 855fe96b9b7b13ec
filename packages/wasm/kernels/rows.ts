import { multiplyAdd } from './simd'

// What kernels that go through a tensor row by row share: rows' ends and sums.

/** The first `count` numbers (1 to 3) at `address`; `rest` in the other lanes. */
export function loadPart(address: usize, count: i32, rest: v128): v128 {
  if (count == 1) return v128.load32_lane(address, rest, 0)
  const two = v128.load64_lane(address, rest, 0)
  return count == 2 ? two : v128.load32_lane(address, two, 2, 8)
}

/** Stores the first `count` lanes (1 to 3) of `vector`. */
export function storePart(address: usize, count: i32, vector: v128): void {
  if (count == 1) {
    v128.store32_lane(address, vector, 0)
    return
  }
  v128.store64_lane(address, vector, 0)
  if (count == 3) v128.store32_lane(address, vector, 2, 8)
}

/** The two numbers at `address` as float64. */
// @ts-ignore: decorator
@inline
export function loadTwo(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** The upper two lanes as float64. */
// @ts-ignore: decorator
@inline
export function promoteHigh(vector: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(vector, vector, 1, 0))
}

/** The sum of both lanes of a + b. */
export function sumOfDoubles(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** The sum of the four lanes, added as float64. */
export function sumOfLanes(vector: v128): f64 {
  return sumOfDoubles(f64x2.promote_low_f32x4(vector), promoteHigh(vector))
}

/** Bytes of a row after which sums in float32 lanes go into one in float64, so that long rows lose nothing. */
export const SUM_BLOCK: usize = 2048

/** The sum of a row. */
export function sumOfRow(a: usize, features: i32): f64 {
  const whole = <usize>(features & ~3) << 2
  const end = <usize>features << 2
  let total: f64 = 0
  let i: usize = 0
  while (i < whole) {
    const blockEnd = min(i + SUM_BLOCK, whole)
    let even = f32x4.splat(0)
    let odd = f32x4.splat(0)
    for (; i + 32 <= blockEnd; i += 32) {
      even = f32x4.add(even, v128.load(a + i))
      odd = f32x4.add(odd, v128.load(a + i, 16))
    }
    if (i < blockEnd) {
      even = f32x4.add(even, v128.load(a + i))
      i += 16
    }
    total += sumOfLanes(f32x4.add(even, odd))
  }
  for (; i < end; i += 4) total += load<f32>(a + i)
  return total
}

/** The sum of the products of two rows. */
export function dotOfRows(a: usize, b: usize, features: i32): f64 {
  const whole = <usize>(features & ~3) << 2
  const end = <usize>features << 2
  let total: f64 = 0
  let i: usize = 0
  while (i < whole) {
    const blockEnd = min(i + SUM_BLOCK, whole)
    // Four sums, so that no addition waits for the one before.
    let sums0 = f32x4.splat(0)
    let sums1 = f32x4.splat(0)
    let sums2 = f32x4.splat(0)
    let sums3 = f32x4.splat(0)
    for (; i + 64 <= blockEnd; i += 64) {
      sums0 = multiplyAdd(v128.load(a + i), v128.load(b + i), sums0)
      sums1 = multiplyAdd(v128.load(a + i, 16), v128.load(b + i, 16), sums1)
      sums2 = multiplyAdd(v128.load(a + i, 32), v128.load(b + i, 32), sums2)
      sums3 = multiplyAdd(v128.load(a + i, 48), v128.load(b + i, 48), sums3)
    }
    for (; i < blockEnd; i += 16) sums0 = multiplyAdd(v128.load(a + i), v128.load(b + i), sums0)
    total += sumOfLanes(f32x4.add(f32x4.add(sums0, sums1), f32x4.add(sums2, sums3)))
  }
  for (; i < end; i += 4) total += <f64>load<f32>(a + i) * <f64>load<f32>(b + i)
  return total
}
