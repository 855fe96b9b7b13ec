import { SUM_BLOCK, sumOfLanes } from '../rows'
import { expOfNegativeVector } from '../math/exp'

/**
 * Which keys the queries of one batch entry see. Rows of queries are those of all heads that share a key head, one
 * head after the other.
 */

/** How many keys the row sees that sees most, from `first` on for `count` rows. */
export function mostKeys(first: i32, count: i32, queries: i32, keys: i32, causal: i32): i32 {
  const last = first % queries + count - 1
  return causal && last < queries ? last + 1 + keys - queries : keys
}

/** Writes ones for keys that are kept and zeros for others, up to a multiple of 4; gives the first that is kept. */
export function expandMask(mask: usize, bytes: i32, keys: i32, bits: usize): i32 {
  let firstKept = keys
  for (let key = keys - 1; key >= 0; key--) {
    const kept = bytes == 1 ? load<u8>(mask + key) != 0 : load<i32>(mask + (<usize>key << 2)) != 0
    if (kept) firstKept = key
    store<i32>(bits + (<usize>key << 2), kept ? -1 : 0)
  }
  return firstKept
}

/** The lanes that are before `count`, counted from `lane`. */
// @ts-ignore: decorator
@inline
export function lanesBefore(lane: i32, count: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(lane), i32x4(0, 1, 2, 3)), i32x4.splat(count))
}

/**
 * Turns a row of products into exponentials, not yet divided by their sum: `exp(scale x - largest)` for the first
 * `count` keys that the mask keeps (all without a mask), 0 up to `end`. Stores the largest and the sum.
 */
export function exponentialsOfRow(
  row: usize, count: i32, end: i32, mask: usize, scale: f32, largestAt: usize, sumAt: usize,
): void {
  const scales = f32x4.splat(scale)
  const excluded = f32x4.splat(-Infinity)
  let largest = excluded
  let i = 0
  for (; i < count; i += 4) {
    const at = row + (<usize>i << 2)
    let x = f32x4.mul(v128.load(at), scales)
    if (mask) x = v128.bitselect(x, excluded, v128.load(mask + (<usize>i << 2)))
    if (i + 4 > count) x = v128.bitselect(x, excluded, lanesBefore(i, count))
    v128.store(at, x)
    // A NaN is passed over; it shows in the exponentials.
    largest = f32x4.pmax(largest, x)
  }
  largest = f32x4.pmax(largest, v128.shuffle<i64>(largest, largest, 1, 0))
  largest = f32x4.pmax(largest, v128.shuffle<i32>(largest, largest, 1, 0, 3, 2))
  let total: f64 = 0
  for (let k = 0; k < i; ) {
    const blockEnd = min(k + <i32>(SUM_BLOCK >> 2), i)
    let sums = f32x4.splat(0)
    for (; k < blockEnd; k += 4) {
      const at = row + (<usize>k << 2)
      const exponential = expOfNegativeVector(f32x4.sub(v128.load(at), largest))
      v128.store(at, exponential)
      sums = f32x4.add(sums, exponential)
    }
    total += sumOfLanes(sums)
  }
  if (i < end) memory.fill(row + (<usize>i << 2), 0, <usize>(end - i) << 2)
  store<f32>(largestAt, f32x4.extract_lane(largest, 0))
  store<f32>(sumAt, <f32>total)
}
