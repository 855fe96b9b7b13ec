import { multiplyAdd } from '../simd'

/**
 * c [m, n] = a [m, k] b [k, n] for each entry of a batch, where m is small: reads b once, in the order in which it is
 * stored, and copies nothing. A chunk computes a block of columns for a group of entries.
 */
@unmanaged export class MultiplyFewRowsArguments {
  a: usize
  b: usize
  c: usize
  /** [n], added to each row; 0 without. */
  bias: usize
  /** Where each entry's factors begin, in elements. */
  offsetsA: usize
  offsetsB: usize
  entries: i32
  entriesOfChunk: i32
  m: i32
  n: i32
  k: i32
  /** 1: b is stored [n, k]. */
  transposeB: i32
  columnBlock: i32
}

export function multiplyFewRows(args: MultiplyFewRowsArguments, chunk: i32, scratch: usize): void {
  const m = args.m, n = args.n, k = args.k
  const columnBlocks = (n + args.columnBlock - 1) / args.columnBlock
  const first = chunk % columnBlocks * args.columnBlock
  const columns = min(args.columnBlock, n - first)
  const firstEntry = chunk / columnBlocks * args.entriesOfChunk
  const lastEntry = min(firstEntry + args.entriesOfChunk, args.entries)
  const bias = args.bias ? args.bias + (<usize>first << 2) : 0
  const strideC = <usize>n << 2
  const strideA = <usize>k << 2
  for (let entry = firstEntry; entry < lastEntry; entry++) {
    const a = args.a + (<usize>load<i32>(args.offsetsA + (<usize>entry << 2)) << 2)
    const b = args.b + (<usize>load<i32>(args.offsetsB + (<usize>entry << 2)) << 2)
    const c = args.c + <usize>(entry * m) * strideC + (<usize>first << 2)
    if (args.transposeB) {
      const lines = b + <usize>first * strideA
      // Memory delivers one long line after the other about twice as fast as four beside each other.
      const together = k >= 256 ? 1 : 4
      for (let j = 0; j < columns; j += together) {
        for (let i = 0; i < m; i++) {
          dotLines(a + <usize>i * strideA, lines + <usize>j * strideA, k, min(together, columns - j), bias ? bias + (<usize>j << 2) : 0,
            c + <usize>i * strideC + (<usize>j << 2))
        }
      }
    } else {
      for (let i = 0; i < m; i++) {
        if (bias) memory.copy(c + <usize>i * strideC, bias, <usize>columns << 2)
        else memory.fill(c + <usize>i * strideC, 0, <usize>columns << 2)
      }
      for (let step = 0; step < k; step += 4) {
        for (let i = 0; i < m; i++) {
          addLines(a + <usize>i * strideA + (<usize>step << 2), b + <usize>step * strideC + (<usize>first << 2), strideC,
            min(4, k - step), columns, c + <usize>i * strideC)
        }
      }
    }
  }
}

/** c[j] = bias[j] + sum over k of a[k] b[j, k], for up to 4 lines j of b. */
export function dotLines(a: usize, b: usize, depth: i32, lines: i32, bias: usize, c: usize): void {
  const stride = <usize>depth << 2
  if (lines < 4) {
    for (let j: usize = 0; j < <usize>lines << 2; j += 4) {
      store<f32>(c + j, dot(a, b, depth) + (bias ? load<f32>(bias + j) : 0))
      b += stride
    }
    return
  }
  let b1 = b + stride
  let b2 = b1 + stride
  let b3 = b2 + stride
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0
  let k = 0
  for (; k + 8 <= depth; k += 8) {
    const x = v128.load(a)
    const y = v128.load(a, 16)
    s0 = multiplyAdd(x, v128.load(b), s0)
    s1 = multiplyAdd(x, v128.load(b1), s1)
    s2 = multiplyAdd(x, v128.load(b2), s2)
    s3 = multiplyAdd(x, v128.load(b3), s3)
    t0 = multiplyAdd(y, v128.load(b, 16), t0)
    t1 = multiplyAdd(y, v128.load(b1, 16), t1)
    t2 = multiplyAdd(y, v128.load(b2, 16), t2)
    t3 = multiplyAdd(y, v128.load(b3, 16), t3)
    a += 32
    b += 32
    b1 += 32
    b2 += 32
    b3 += 32
  }
  s0 = f32x4.add(s0, t0)
  s1 = f32x4.add(s1, t1)
  s2 = f32x4.add(s2, t2)
  s3 = f32x4.add(s3, t3)
  // The sums of the four vectors' lanes, as one vector.
  const pairs01 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7))
  const pairs23 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7))
  let sums = f32x4.add(v128.shuffle<i64>(pairs01, pairs23, 0, 2), v128.shuffle<i64>(pairs01, pairs23, 1, 3))
  for (; k < depth; k++) {
    const line = f32x4(load<f32>(b), load<f32>(b1), load<f32>(b2), load<f32>(b3))
    sums = multiplyAdd(v128.load32_splat(a), line, sums)
    a += 4
    b += 4
    b1 += 4
    b2 += 4
    b3 += 4
  }
  if (bias) sums = f32x4.add(sums, v128.load(bias))
  v128.store(c, sums)
}

function dot(a: usize, b: usize, depth: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0
  let k = 0
  for (; k + 16 <= depth; k += 16) {
    s0 = multiplyAdd(v128.load(a), v128.load(b), s0)
    s1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), s1)
    s2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), s2)
    s3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), s3)
    a += 64
    b += 64
  }
  for (; k + 4 <= depth; k += 4) {
    s0 = multiplyAdd(v128.load(a), v128.load(b), s0)
    a += 16
    b += 16
  }
  const sums = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))
  let total = (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 2)) + (f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 3))
  for (; k < depth; k++) {
    total += load<f32>(a) * load<f32>(b)
    a += 4
    b += 4
  }
  return total
}

/** c[j] += sum over up to 4 steps k of a[k] b[k, j]. */
export function addLines(a: usize, b: usize, stride: usize, steps: i32, columns: i32, c: usize): void {
  let j = 0
  if (steps == 4) {
    const x0 = v128.load32_splat(a)
    const x1 = v128.load32_splat(a, 4)
    const x2 = v128.load32_splat(a, 8)
    const x3 = v128.load32_splat(a, 12)
    let b1 = b + stride
    let b2 = b1 + stride
    let b3 = b2 + stride
    for (; j + 4 <= columns; j += 4) {
      const near = multiplyAdd(x1, v128.load(b1), multiplyAdd(x0, v128.load(b), v128.load(c)))
      v128.store(c, multiplyAdd(x3, v128.load(b3), multiplyAdd(x2, v128.load(b2), near)))
      c += 16
      b += 16
      b1 += 16
      b2 += 16
      b3 += 16
    }
  }
  for (; j < columns; j++) {
    let total = load<f32>(c)
    for (let k: usize = 0; k < <usize>steps; k++) total += load<f32>(a + (k << 2)) * load<f32>(b + k * stride)
    store<f32>(c, total)
    c += 4
    b += 4
  }
}
