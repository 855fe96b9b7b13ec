import { halt } from '../runtime/shared-state'
import { copyRun } from './copy-run'

// The indices of gather and scatterAdd are checked before.

/** Slices of x, seen as [outer, length, sliceBytes], at `count` indices of its middle axis. */
@unmanaged export class GatherArguments {
  x: usize
  indices: usize
  output: usize
  outer: i32
  length: i32
  count: i32
  sliceBytes: i32
  slicesPerChunk: i32
}

export function gather(args: GatherArguments, chunk: i32, scratch: usize): void {
  const length = args.length
  const count = args.count
  const sliceBytes = args.sliceBytes
  const begin = chunk * args.slicesPerChunk
  const end = min(begin + args.slicesPerChunk, args.outer * count)
  let outer = begin / count
  let i = begin - outer * count
  let to = args.output + <usize>begin * sliceBytes
  for (let slice = begin; slice < end; slice++) {
    const index = load<i32>(args.indices + (<usize>i << 2))
    copyRun(to, args.x + <usize>(outer * length + index) * sliceBytes, sliceBytes)
    to += sliceBytes
    if (++i == count) {
      i = 0
      outer++
    }
  }
}

/**
 * Writes `update`, [outer, count, sliceBytes], over the slices from `start` on of `to`, [outer, length, sliceBytes].
 * A chunk writes some of the outer entries.
 */
@unmanaged export class UpdateSliceArguments {
  to: usize
  update: usize
  /** One int32. */
  start: usize
  outer: i32
  length: i32
  count: i32
  sliceBytes: i32
  outerPerChunk: i32
  /** Number of the refusal of a start. */
  guard: i32
}

export function updateSlice(args: UpdateSliceArguments, chunk: i32, scratch: usize): void {
  const start = load<i32>(args.start)
  if (<u32>start > <u32>(args.length - args.count)) {
    halt(args.guard, 0, start)
    return
  }
  const bytes = args.count * args.sliceBytes
  const stride = <usize>args.length * args.sliceBytes
  const begin = chunk * args.outerPerChunk
  const end = min(begin + args.outerPerChunk, args.outer)
  let from = args.update + <usize>begin * bytes
  let to = args.to + <usize>begin * stride + <usize>start * args.sliceBytes
  for (let outer = begin; outer < end; outer++) {
    copyRun(to, from, bytes)
    from += bytes
    to += stride
  }
}

/**
 * Adds slices of x, seen as [outer, count, inner], to the slices of zeros, [outer, length, inner], that `indices`
 * name. A chunk is a stretch of the result: some slices and some of their elements, summed in float64 in the order
 * of the indices. Scratch: 8 · slicesPerChunk · innerPerChunk bytes.
 */
@unmanaged export class ScatterAddArguments {
  x: usize
  indices: usize
  output: usize
  length: i32
  count: i32
  inner: i32
  slicesPerChunk: i32
  innerPerChunk: i32
  /** Chunks along the middle and the last axis. */
  sliceChunks: i32
  innerChunks: i32
}

export function scatterAdd(args: ScatterAddArguments, chunk: i32, scratch: usize): void {
  const inner = args.inner
  const count = args.count
  const length = args.length
  const rest = chunk / args.innerChunks
  const firstInner = (chunk - rest * args.innerChunks) * args.innerPerChunk
  const width = min(args.innerPerChunk, inner - firstInner)
  const outer = rest / args.sliceChunks
  const firstSlice = (rest - outer * args.sliceChunks) * args.slicesPerChunk
  const slices = min(args.slicesPerChunk, length - firstSlice)
  memory.fill(scratch, 0, <usize>(slices * width) << 3)

  for (let i = 0; i < count; i++) {
    const slice = load<i32>(args.indices + (<usize>i << 2)) - firstSlice
    if (<u32>slice >= <u32>slices) continue
    let sums = scratch + (<usize>(slice * width) << 3)
    let from = args.x + (<usize>((outer * count + i) * inner + firstInner) << 2)
    for (let k = width >> 1; k > 0; k--) {
      v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(v128.load64_zero(from))))
      sums += 16
      from += 8
    }
    if (width & 1) store<f64>(sums, load<f64>(sums) + <f64>load<f32>(from))
  }

  let sums = scratch
  for (let slice = 0; slice < slices; slice++) {
    let to = args.output + (<usize>((outer * length + firstSlice + slice) * inner + firstInner) << 2)
    for (let k = width; k > 0; k--) {
      store<f32>(to, <f32>load<f64>(sums))
      sums += 8
      to += 4
    }
  }
}
