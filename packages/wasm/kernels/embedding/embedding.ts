import { loadPart, loadTwo, promoteHigh, storePart } from '../rows'

/** Copies the rows of `weight` that checked ids name; a chunk is `idsPerChunk` of them. */
@unmanaged export class EmbeddingArguments {
  weight: usize
  ids: usize
  output: usize
  count: i32
  features: i32
  idsPerChunk: i32
}

export function embedding(args: EmbeddingArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const weight = args.weight
  const ids = args.ids
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const begin = chunk * args.idsPerChunk
  const end = min(begin + args.idsPerChunk, args.count)
  let output = args.output + <usize>begin * bytes
  for (let i = begin; i < end; i++) {
    const from = weight + <usize>load<i32>(ids + (<usize>i << 2)) * bytes
    for (let j: usize = 0; j < whole; j += 16) v128.store(output + j, v128.load(from + j))
    if (rest) storePart(output + whole, rest, loadPart(from + whole, rest, f32x4.splat(0)))
    output += bytes
  }
}

/** Links the places of each id: `first[row]` is the place of its first, `next[i]` that of the one after i; or -1. */
@unmanaged export class LinkIdsArguments {
  ids: usize
  first: usize
  next: usize
  count: i32
  rows: i32
  /** An id that is left out; -1 for none. */
  padding: i32
}

export function linkIds(args: LinkIdsArguments, chunk: i32, scratch: usize): void {
  const ids = args.ids
  const first = args.first
  const next = args.next
  const padding = args.padding
  memory.fill(first, 0xff, <usize>args.rows << 2)
  // From the last to the first, so that each list is in order.
  for (let i = args.count - 1; i >= 0; i--) {
    const id = load<i32>(ids + (<usize>i << 2))
    if (id == padding) continue
    const head = first + (<usize>id << 2)
    store<i32>(next + (<usize>i << 2), load<i32>(head))
    store<i32>(head, i)
  }
}

/** Each row of the result is the sum of the rows of `grad` in its list; a chunk is `rowsPerChunk` rows. */
@unmanaged export class EmbeddingBackwardArguments {
  grad: usize
  first: usize
  next: usize
  output: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

export function embeddingBackward(args: EmbeddingBackwardArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const grad = args.grad
  const next = args.next
  const bytes = <usize>features << 2
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  memory.fill(args.output + <usize>begin * bytes, 0, <usize>(end - begin) * bytes)
  for (let row = begin; row < end; row++) {
    const place = load<i32>(args.first + (<usize>row << 2))
    if (place < 0) continue
    const output = args.output + <usize>row * bytes
    if (load<i32>(next + (<usize>place << 2)) < 0) memory.copy(output, grad + <usize>place * bytes, bytes)
    else addRows(grad, next, place, output, features)
  }
}

/** Adds the rows of one list, in order and in float64. */
function addRows(grad: usize, next: usize, first: i32, output: usize, features: i32): void {
  const bytes = <usize>features << 2
  const zero = f32x4.splat(0)
  let column: usize = 0
  for (; column + 32 <= bytes; column += 32) {
    let a = zero
    let b = zero
    let c = zero
    let d = zero
    for (let place = first; place >= 0; place = load<i32>(next + (<usize>place << 2))) {
      const from = grad + <usize>place * bytes + column
      a = f64x2.add(a, loadTwo(from))
      b = f64x2.add(b, loadTwo(from + 8))
      c = f64x2.add(c, loadTwo(from + 16))
      d = f64x2.add(d, loadTwo(from + 24))
    }
    v128.store(output + column, joined(a, b))
    v128.store(output + column, joined(c, d), 16)
  }
  for (; column < bytes; column += 16) {
    const count = <i32>((bytes - column) >> 2)
    let a = zero
    let b = zero
    for (let place = first; place >= 0; place = load<i32>(next + (<usize>place << 2))) {
      const from = grad + <usize>place * bytes + column
      const values = count >= 4 ? v128.load(from) : loadPart(from, count, zero)
      a = f64x2.add(a, f64x2.promote_low_f32x4(values))
      b = f64x2.add(b, promoteHigh(values))
    }
    if (count >= 4) v128.store(output + column, joined(a, b))
    else storePart(output + column, count, joined(a, b))
  }
}

/** Four float64 as float32. */
// @ts-ignore: decorator
@inline
function joined(a: v128, b: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2)
}
