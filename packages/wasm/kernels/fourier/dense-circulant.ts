/** The matrix itself: `matrix[i·p + r, j·p + s] = c[i, j, (r - s) mod p]`. */
@unmanaged export class ExpandCirculantArguments {
  c: usize
  matrix: usize
  rows: i32
  inputBlocks: i32
  p: i32
  /** Rows of one chunk. */
  chunkRows: i32
}

export function expandCirculant(args: ExpandCirculantArguments, chunk: i32, scratch: usize): void {
  const p = args.p
  const inputBlocks = args.inputBlocks
  const begin = chunk * args.chunkRows
  const end = min(begin + args.chunkRows, args.rows)
  let target = args.matrix + (<usize>(begin * inputBlocks * p) << 2)
  for (let row = begin; row < end; row++) {
    const r = row % p
    let block = args.c + (<usize>(row / p * inputBlocks * p) << 2)
    for (let j = 0; j < inputBlocks; j++) {
      for (let s = 0; s < p; s++) {
        const lag = r - s
        store<f32>(target, load<f32>(block + (<usize>(lag < 0 ? lag + p : lag) << 2)))
        target += 4
      }
      block += <usize>p << 2
    }
  }
}

/** The gradient of c from that of the matrix: the sums of its circulant diagonals. */
@unmanaged export class CollectCirculantArguments {
  gradMatrix: usize
  gradC: usize
  blocks: i32
  inputBlocks: i32
  p: i32
  /** Blocks of one chunk. */
  chunkBlocks: i32
}

export function collectCirculant(args: CollectCirculantArguments, chunk: i32, scratch: usize): void {
  const p = args.p
  const inputBlocks = args.inputBlocks
  const stride = <usize>(inputBlocks * p) << 2
  const begin = chunk * args.chunkBlocks
  const end = min(begin + args.chunkBlocks, args.blocks)
  let target = args.gradC + (<usize>(begin * p) << 2)
  for (let block = begin; block < end; block++) {
    const i = block / inputBlocks
    const j = block % inputBlocks
    const origin = args.gradMatrix + <usize>(i * p) * stride + (<usize>(j * p) << 2)
    for (let lag = 0; lag < p; lag++) {
      let sum: f32 = 0
      for (let s = 0; s < p; s++) sum += load<f32>(origin + <usize>((lag + s) % p) * stride + (<usize>s << 2))
      store<f32>(target, sum)
      target += 4
    }
  }
}
