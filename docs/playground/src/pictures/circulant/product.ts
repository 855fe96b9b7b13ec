import { blockCirculant, toDense } from '@gyre/circulant'
import { cost, trace } from '@gyre/graph'
import { complex, concat, fft, matmul, mul, randn, reshape, type Tensor, tensor, zeros } from '@gyre/tensor'

export interface Block {
  /** The first column of the matrix. */
  readonly c: readonly number[]
  readonly x: readonly number[]
}

/** How the example of a matrix of blocks is cut: q rows and k columns of them. */
export const blockCounts = { q: 2, k: 3 } as const

/** Everything that is shown of a circulant block, and of a matrix of such blocks whose first one it is. */
export function circulantProducts({ c, x }: Block) {
  const p = c.length
  const { q, k } = blockCounts
  const block = tensor(Float32Array.from(c), { shape: [1, 1, p] })
  const row: Tensor = tensor(Float32Array.from(x), { shape: [1, p] })
  const matrix = toDense(block)
  const others = mul(randn([q * k - 1, 1, p], { seed: 5 }), 0.4)
  const blocks: Tensor = reshape(concat([reshape(block, [1, 1, p]), others], { axis: 0 }), [q, k, p])
  const wideRow: Tensor = randn([1, k * p], { seed: 6 })
  const wideMatrix = toDense(blocks)
  return {
    matrix,
    spectrum: fft(complex(reshape(block, [p]), zeros([p]))),
    byMatrix: timesMatrix(row, matrix),
    byTransforms: blockCirculant(row, block) as Tensor,
    wideMatrix,
    wideByMatrix: timesMatrix(wideRow, wideMatrix),
    wideByTransforms: blockCirculant(wideRow, blocks) as Tensor,
  }
}

/** y = C x for each row x. */
function timesMatrix(x: Tensor, matrix: Tensor): Tensor {
  return matmul(x, matrix, { transposeB: true })
}

/** FLOPs of the traced product of a p × p block with so many rows, by its matrix and by transforms. */
export function productFlops(
  p: number,
  rows: number,
): { readonly byMatrix: number; readonly byTransforms: number } {
  const x = { shape: [rows, p], dtype: 'float32' } as const
  const matrix = { shape: [p, p], dtype: 'float32' } as const
  const c = { shape: [1, 1, p], dtype: 'float32' } as const
  return {
    byMatrix: cost(trace(timesMatrix)(x, matrix)).flops,
    byTransforms: cost(trace((x: Tensor, c: Tensor) => blockCirculant(x, c))(x, c)).flops,
  }
}

/** The block size from which on transforms take fewer FLOPs for one row. */
export function sizeWhereTransformsWin(sizes: readonly number[]): number | undefined {
  const wins = sizes.map((p) => {
    const { byMatrix, byTransforms } = productFlops(p, 1)
    return byTransforms < byMatrix
  })
  const lastLoss = wins.lastIndexOf(false)
  return sizes[lastLoss + 1]
}
