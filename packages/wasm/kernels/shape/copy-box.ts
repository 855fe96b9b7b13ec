import { copyRun } from './copy-run'

/**
 * Copies a box of up to four axes between two tensors, each walked with its own strides, in elements. A stride of 0
 * in `from` repeats. The first three axes are rows; a chunk is some of them.
 */
@unmanaged export class CopyBoxArguments {
  from: usize
  to: usize
  size0: i32
  size1: i32
  size2: i32
  /** The last axis. */
  length: i32
  from0: i32
  from1: i32
  from2: i32
  fromStep: i32
  to0: i32
  to1: i32
  to2: i32
  toStep: i32
  rowsPerChunk: i32
}

/** Elements of four bytes. */
export function copyBox(args: CopyBoxArguments, chunk: i32, scratch: usize): void {
  copy<i32>(args, chunk)
}

/** Elements of one byte. */
export function copyBoxOfBytes(args: CopyBoxArguments, chunk: i32, scratch: usize): void {
  copy<u8>(args, chunk)
}

// @ts-ignore: decorator
@inline
function copy<T>(args: CopyBoxArguments, chunk: i32): void {
  const size1 = args.size1
  const size2 = args.size2
  const length = args.length
  const fromStep = args.fromStep
  const toStep = args.toStep
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.size0 * size1 * size2)
  let row = begin / size2
  let i2 = begin - row * size2
  let i0 = row / size1
  let i1 = row - i0 * size1
  for (let i = begin; i < end; i++) {
    let from = args.from + <usize>(i0 * args.from0 + i1 * args.from1 + i2 * args.from2) * sizeof<T>()
    let to = args.to + <usize>(i0 * args.to0 + i1 * args.to1 + i2 * args.to2) * sizeof<T>()
    if (toStep == 1 && fromStep == 1) copyRun(to, from, length * <i32>sizeof<T>())
    else if (toStep == 1 && fromStep == 0) fill<T>(to, load<T>(from), length)
    else {
      for (let k = length; k > 0; k--) {
        store<T>(to, load<T>(from))
        from += <usize>fromStep * sizeof<T>()
        to += <usize>toStep * sizeof<T>()
      }
    }
    if (++i2 == size2) {
      i2 = 0
      if (++i1 == size1) {
        i1 = 0
        i0++
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function fill<T>(to: usize, value: T, length: i32): void {
  if (sizeof<T>() == 1) {
    memory.fill(to, <u8>value, length)
    return
  }
  const vector = i32x4.splat(<i32>value)
  for (let k = length >> 2; k > 0; k--) {
    v128.store(to, vector)
    to += 16
  }
  for (let k = length & 3; k > 0; k--) {
    store<i32>(to, <i32>value)
    to += 4
  }
}

/** `bytes` zeros. */
@unmanaged export class ZeroArguments {
  to: usize
  bytes: i32
  chunkBytes: i32
}

export function zero(args: ZeroArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkBytes
  memory.fill(args.to + begin, 0, min(args.chunkBytes, args.bytes - begin))
}
