import { loadPart, storePart, SUM_BLOCK, sumOfLanes } from '../rows'
import { expOfDifference } from './exp-of-difference'

/** The largest number of a row; NaN is passed over, it shows in the exponentials. */
export function largestOfRow(x: usize, features: i32): f32 {
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const lowest = f32x4.splat(-Infinity)
  let a = lowest
  let b = lowest
  let i: usize = 0
  for (; i + 32 <= whole; i += 32) {
    a = f32x4.pmax(a, v128.load(x + i))
    b = f32x4.pmax(b, v128.load(x + i, 16))
  }
  if (i < whole) a = f32x4.pmax(a, v128.load(x + i))
  if (rest) b = f32x4.pmax(b, loadPart(x + whole, rest, lowest))
  a = f32x4.pmax(a, b)
  a = f32x4.pmax(a, i64x2.shuffle(a, a, 1, 0))
  return f32x4.extract_lane(f32x4.pmax(a, i32x4.shuffle(a, a, 1, 0, 3, 2)), 0)
}

/** The sum of exp(x - shift) over a row. */
export function sumOfExponentials(x: usize, features: i32, shift: f32): f64 {
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const shifts = f32x4.splat(shift)
  let total: f64 = 0
  for (let i: usize = 0; i < whole; ) {
    const end = min(i + SUM_BLOCK, whole)
    let sums = f32x4.splat(0)
    for (; i < end; i += 16) sums = f32x4.add(sums, expOfDifference(f32x4.sub(v128.load(x + i), shifts)))
    total += sumOfLanes(sums)
  }
  if (rest) {
    const last = loadPart(x + whole, rest, f32x4.splat(-Infinity))
    total += sumOfLanes(expOfDifference(f32x4.sub(last, shifts)))
  }
  return total
}

/** Stores exp(x - shift) for a row; gives the sum. */
export function storeExponentials(x: usize, output: usize, features: i32, shift: f32): f64 {
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const shifts = f32x4.splat(shift)
  let total: f64 = 0
  for (let i: usize = 0; i < whole; ) {
    const end = min(i + SUM_BLOCK, whole)
    let sums = f32x4.splat(0)
    for (; i < end; i += 16) {
      const exponentials = expOfDifference(f32x4.sub(v128.load(x + i), shifts))
      v128.store(output + i, exponentials)
      sums = f32x4.add(sums, exponentials)
    }
    total += sumOfLanes(sums)
  }
  if (rest) {
    const last = loadPart(x + whole, rest, f32x4.splat(-Infinity))
    const exponentials = expOfDifference(f32x4.sub(last, shifts))
    storePart(output + whole, rest, exponentials)
    total += sumOfLanes(exponentials)
  }
  return total
}
