import { multiplyAdd } from '../simd'

/** Rotary position embedding, or its transpose, of x `[batch, heads, positions, features]`; a chunk is rows of it. */
@unmanaged export class RotaryEmbeddingArguments {
  x: usize
  cos: usize
  sin: usize
  output: usize
  rows: i32
  heads: i32
  positions: i32
  features: i32
  /** Whether each of the batch has its own table. */
  cosPerBatch: i32
  sinPerBatch: i32
  transposed: i32
  rowsPerChunk: i32
}

export function rotaryEmbedding(args: RotaryEmbeddingArguments, chunk: i32, scratch: usize): void {
  const positions = args.positions
  const bytes = <usize>args.features << 2
  const half = bytes >> 1
  const transposed = args.transposed
  const firstSign = f32x4.splat(transposed ? 0 : -0.0)
  const secondSign = f32x4.splat(transposed ? -0.0 : 0)
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const x = args.x + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const position = row % positions
    const ownTable = (row / (positions * args.heads)) * positions + position
    const cos = args.cos + <usize>(args.cosPerBatch ? ownTable : position) * bytes
    const sin = args.sin + <usize>(args.sinPerBatch ? ownTable : position) * bytes
    // The matrix of one pair is [cos, -sin; sin', cos'], where ' marks the second half's entries.
    const firstSin = transposed ? sin + half : sin
    const secondSin = transposed ? sin : sin + half
    let i: usize = 0
    for (; i + 16 <= half; i += 16) {
      const first = v128.load(x + i)
      const second = v128.load(x + half + i)
      const towardsFirst = v128.xor(f32x4.mul(second, v128.load(firstSin + i)), firstSign)
      const towardsSecond = v128.xor(f32x4.mul(first, v128.load(secondSin + i)), secondSign)
      v128.store(output + i, multiplyAdd(first, v128.load(cos + i), towardsFirst))
      v128.store(output + half + i, multiplyAdd(second, v128.load(cos + half + i), towardsSecond))
    }
    for (; i < half; i += 4) {
      const first = load<f32>(x + i)
      const second = load<f32>(x + half + i)
      const towardsFirst = second * load<f32>(firstSin + i)
      const towardsSecond = first * load<f32>(secondSin + i)
      store<f32>(output + i, first * load<f32>(cos + i) + (transposed ? towardsFirst : -towardsFirst))
      store<f32>(output + half + i, second * load<f32>(cos + half + i) + (transposed ? -towardsSecond : towardsSecond))
    }
  }
}
