import { halt } from '../runtime/shared-state'

/** Halts at the first index that is not in 0 … length - 1. One chunk, so that the first one is the one reported. */
@unmanaged export class CheckIndicesArguments {
  indices: usize
  count: i32
  length: i32
  guard: i32
}

export function checkIndices(args: CheckIndicesArguments, chunk: i32, scratch: usize): void {
  const indices = args.indices
  const count = args.count
  const length = args.length
  const lengths = i32x4.splat(length)
  let i = 0
  // Unsigned, negative indices are large.
  for (; i + 4 <= count; i += 4) {
    if (v128.any_true(i32x4.ge_u(v128.load(indices + (<usize>i << 2)), lengths))) break
  }
  for (; i < count; i++) {
    const index = load<i32>(indices + (<usize>i << 2))
    if (<u32>index >= <u32>length) {
      halt(args.guard, i, index)
      return
    }
  }
}
