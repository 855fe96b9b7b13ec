// Sums are kept in float64. Four float32 are added as a tree before they get there, so that few numbers need to be
// widened; beyond those two roundings the sum adds none.

/** Adds the lanes of a float32 vector to two float64 lanes. */
// @ts-ignore: decorator
@inline
function addWide(sums: v128, vector: v128): v128 {
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(vector, vector, 1, 0))
  return f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(vector), high))
}

/** The sum of `length` numbers. */
function sumOfRun(x: usize, length: i32): f64 {
  let sums = f64x2.splat(0)
  for (let k = length >> 4; k > 0; k--) {
    const ab = f32x4.add(v128.load(x), v128.load(x, 16))
    const cd = f32x4.add(v128.load(x, 32), v128.load(x, 48))
    sums = addWide(sums, f32x4.add(ab, cd))
    x += 64
  }
  for (let k = (length & 15) >> 2; k > 0; k--) {
    sums = addWide(sums, v128.load(x))
    x += 16
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  for (let k = length & 3; k > 0; k--) {
    sum += <f64>load<f32>(x)
    x += 4
  }
  return sum
}

/**
 * The sums of the rows of x, [rows, length], each cut into `segments`. With one segment the results are float32, else
 * float64, [rows, segments]. A chunk is some segments.
 */
@unmanaged export class SumRowsArguments {
  x: usize
  output: usize
  rows: i32
  length: i32
  segmentLength: i32
  segments: i32
  segmentsPerChunk: i32
}

export function sumRows(args: SumRowsArguments, chunk: i32, scratch: usize): void {
  const segments = args.segments
  const length = args.length
  const segmentLength = args.segmentLength
  const begin = chunk * args.segmentsPerChunk
  const end = min(begin + args.segmentsPerChunk, args.rows * segments)
  for (let i = begin; i < end; i++) {
    const row = i / segments
    const first = (i - row * segments) * segmentLength
    const sum = sumOfRun(args.x + (<usize>(row * length + first) << 2), min(segmentLength, length - first))
    if (segments == 1) store<f32>(args.output + (<usize>i << 2), <f32>sum)
    else store<f64>(args.output + (<usize>i << 3), sum)
  }
}

/**
 * The sums over the middle axis of x, [outer, length, inner], inner > 1, in blocks of rows and columns: chunk
 * (outer, row block, column block). With one row block the results are float32, [outer, inner], else float64,
 * [outer, rowBlocks, inner]. Scratch: 8 · columnsPerBlock bytes.
 */
@unmanaged export class SumColumnsArguments {
  x: usize
  output: usize
  length: i32
  inner: i32
  rowsPerBlock: i32
  rowBlocks: i32
  columnsPerBlock: i32
  columnBlocks: i32
}

export function sumColumns(args: SumColumnsArguments, chunk: i32, scratch: usize): void {
  const inner = args.inner
  const length = args.length
  const block = chunk / args.columnBlocks
  const firstColumn = (chunk - block * args.columnBlocks) * args.columnsPerBlock
  const columns = min(args.columnsPerBlock, inner - firstColumn)
  const outer = block / args.rowBlocks
  const firstRow = (block - outer * args.rowBlocks) * args.rowsPerBlock
  const lastRow = min(firstRow + args.rowsPerBlock, length)
  const stride = <usize>inner << 2
  memory.fill(scratch, 0, <usize>columns << 3)

  let row = firstRow
  let x = args.x + (<usize>((outer * length + row) * inner + firstColumn) << 2)
  for (; row + 4 <= lastRow; row += 4) {
    let from = x
    let sums = scratch
    for (let k = columns >> 2; k > 0; k--) {
      const ab = f32x4.add(v128.load(from), v128.load(from + stride))
      const cd = f32x4.add(v128.load(from + 2 * stride), v128.load(from + 3 * stride))
      addColumns(sums, f32x4.add(ab, cd))
      from += 16
      sums += 32
    }
    for (let k = columns & 3; k > 0; k--) {
      const ab = load<f32>(from) + load<f32>(from + stride)
      const cd = load<f32>(from + 2 * stride) + load<f32>(from + 3 * stride)
      store<f64>(sums, load<f64>(sums) + <f64>(ab + cd))
      from += 4
      sums += 8
    }
    x += 4 * stride
  }
  for (; row < lastRow; row++) {
    let from = x
    let sums = scratch
    for (let k = columns >> 2; k > 0; k--) {
      addColumns(sums, v128.load(from))
      from += 16
      sums += 32
    }
    for (let k = columns & 3; k > 0; k--) {
      store<f64>(sums, load<f64>(sums) + <f64>load<f32>(from))
      from += 4
      sums += 8
    }
    x += stride
  }

  if (args.rowBlocks > 1) {
    memory.copy(args.output + (<usize>(block * inner + firstColumn) << 3), scratch, <usize>columns << 3)
    return
  }
  let output = args.output + (<usize>(outer * inner + firstColumn) << 2)
  let sums = scratch
  for (let k = columns >> 1; k > 0; k--) {
    v128.store64_lane(output, f32x4.demote_f64x2_zero(v128.load(sums)), 0)
    output += 8
    sums += 16
  }
  if (columns & 1) store<f32>(output, <f32>load<f64>(sums))
}

/** Adds four float32 to four float64 in memory. */
// @ts-ignore: decorator
@inline
function addColumns(sums: usize, vector: v128): void {
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(vector, vector, 1, 0))
  const low = f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(vector))
  const rest = f64x2.add(v128.load(sums, 16), high)
  v128.store(sums, low)
  v128.store(sums, rest, 16)
}

/** Adds partial sums, float64 [outer, blocks, inner], in their order. A chunk is some results. */
@unmanaged export class SumPartialsArguments {
  partials: usize
  output: usize
  outer: i32
  blocks: i32
  inner: i32
  resultsPerChunk: i32
}

export function sumPartials(args: SumPartialsArguments, chunk: i32, scratch: usize): void {
  const inner = args.inner
  const blocks = args.blocks
  const begin = chunk * args.resultsPerChunk
  const end = min(begin + args.resultsPerChunk, args.outer * inner)
  for (let i = begin; i < end; i++) {
    const outer = i / inner
    let from = args.partials + (<usize>(outer * blocks * inner + i - outer * inner) << 3)
    let sum: f64 = 0
    for (let k = blocks; k > 0; k--) {
      sum += load<f64>(from)
      from += <usize>inner << 3
    }
    store<f32>(args.output + (<usize>i << 2), <f32>sum)
  }
}
