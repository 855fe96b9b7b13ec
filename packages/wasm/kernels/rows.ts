/** What kernels that go through a tensor row by row share: rows' ends, and sums over the lanes of a vector. */

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

