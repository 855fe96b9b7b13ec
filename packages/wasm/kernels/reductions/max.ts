/**
 * The largest numbers along the middle axis of x, [outer, length, inner], cut into `segments`: [outer, segments,
 * inner]. NaN wins, as with Math.max. A chunk is some segments.
 */
@unmanaged export class MaxArguments {
  x: usize
  output: usize
  outer: i32
  length: i32
  inner: i32
  segmentLength: i32
  segments: i32
  segmentsPerChunk: i32
}

export function max(args: MaxArguments, chunk: i32, scratch: usize): void {
  const segments = args.segments
  const length = args.length
  const inner = args.inner
  const begin = chunk * args.segmentsPerChunk
  const end = min(begin + args.segmentsPerChunk, args.outer * segments)
  for (let i = begin; i < end; i++) {
    const outer = i / segments
    const first = (i - outer * segments) * args.segmentLength
    const count = min(args.segmentLength, length - first)
    const x = args.x + (<usize>((outer * length + first) * inner) << 2)
    const output = args.output + (<usize>(i * inner) << 2)
    if (inner == 1) store<f32>(output, maxOfRun(x, count))
    else maxOfColumns(x, output, count, inner)
  }
}

function maxOfRun(x: usize, length: i32): f32 {
  let first = f32x4.splat(-Infinity)
  let second = first
  let third = first
  let fourth = first
  for (let k = length >> 4; k > 0; k--) {
    first = f32x4.max(first, v128.load(x))
    second = f32x4.max(second, v128.load(x, 16))
    third = f32x4.max(third, v128.load(x, 32))
    fourth = f32x4.max(fourth, v128.load(x, 48))
    x += 64
  }
  first = f32x4.max(f32x4.max(first, second), f32x4.max(third, fourth))
  for (let k = length & 15; k > 0; k--) {
    first = f32x4.max(first, v128.load32_splat(x))
    x += 4
  }
  return maxOfLanes(first)
}

// @ts-ignore: decorator
@inline
function maxOfLanes(vector: v128): f32 {
  const pairs = f32x4.max(vector, v128.shuffle<i32>(vector, vector, 2, 3, 0, 1))
  const all = f32x4.max(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2))
  return f32x4.extract_lane(all, 0)
}

/** Row by row into the output. */
function maxOfColumns(x: usize, output: usize, rows: i32, columns: i32): void {
  memory.copy(output, x, <usize>columns << 2)
  for (let row = 1; row < rows; row++) {
    let from = x + (<usize>(row * columns) << 2)
    let to = output
    for (let k = columns >> 2; k > 0; k--) {
      v128.store(to, f32x4.max(v128.load(to), v128.load(from)))
      from += 16
      to += 16
    }
    for (let k = columns & 3; k > 0; k--) {
      store<f32>(to, f32x4.extract_lane(f32x4.max(v128.load32_zero(to), v128.load32_zero(from)), 0))
      from += 4
      to += 4
    }
  }
}

/** The index of the first largest number along the middle axis of x. A chunk is some results. */
@unmanaged export class ArgmaxArguments {
  x: usize
  output: usize
  outer: i32
  length: i32
  inner: i32
  resultsPerChunk: i32
}

export function argmax(args: ArgmaxArguments, chunk: i32, scratch: usize): void {
  const length = args.length
  const inner = args.inner
  const begin = chunk * args.resultsPerChunk
  const end = min(begin + args.resultsPerChunk, args.outer * inner)
  for (let i = begin; i < end; i++) {
    const outer = i / inner
    const x = args.x + (<usize>(outer * length * inner + i - outer * inner) << 2)
    const index = inner == 1 ? argmaxOfRun(x, length) : argmaxStrided(x, length, <usize>inner << 2)
    store<i32>(args.output + (<usize>i << 2), index)
  }
}

/** A number wins when it is greater than those before it, so NaN never does; but nothing is greater than a first NaN. */
function argmaxStrided(x: usize, length: i32, stride: usize): i32 {
  let best = load<f32>(x)
  let index = 0
  for (let i = 1; i < length; i++) {
    x += stride
    const value = load<f32>(x)
    if (value > best) {
      best = value
      index = i
    }
  }
  return index
}

function argmaxOfRun(x: usize, length: i32): i32 {
  const first = load<f32>(x)
  if (first != first) return 0
  // The largest number, then the first place where it stands. pmax keeps its first operand when the second is NaN.
  let best = f32x4.splat(first)
  let from = x
  for (let k = length >> 2; k > 0; k--) {
    best = f32x4.pmax(best, v128.load(from))
    from += 16
  }
  for (let k = length & 3; k > 0; k--) {
    best = f32x4.pmax(best, v128.load32_splat(from))
    from += 4
  }
  const largest = maxOfLanes(best)
  const wanted = f32x4.splat(largest)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const found = i32x4.bitmask(f32x4.eq(v128.load(x + (<usize>i << 2)), wanted))
    if (found) return i + ctz(found)
  }
  while (load<f32>(x + (<usize>i << 2)) != largest) i++
  return i
}
