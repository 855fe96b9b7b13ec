import type { MemoryBlock } from '../command.js'
import type { Located, Lowering } from '../kernel.js'
import { lowerProduct } from './product.js'

/** The sizes of a block-circulant product: `rows` rows of k blocks of p numbers become q blocks each. */
export interface CirculantSizes {
  readonly rows: number
  readonly q: number
  readonly k: number
  readonly p: number
}

/** Numbers that a chunk writes: some ten microseconds of work. */
const numbersOfChunk = 16_384

/** The product through the matrix itself. */
export function lowerDense(
  x: Located,
  c: Located,
  output: Located,
  sizes: CirculantSizes,
  lowering: Lowering,
): void {
  const { rows, q, k, p } = sizes
  const matrix = expand(c, sizes, lowering)
  const product = { m: rows, n: q * p, k: k * p, transposeA: false, transposeB: true }
  lowerProduct({ ...product, ...single(lowering), a: x.block, b: matrix, c: output.block }, lowering)
}

/** Its gradients: grad B, and the circulant diagonals of gradᵀ x. */
export function lowerDenseBackward(
  { grad, x, c }: { readonly grad: Located; readonly x: Located; readonly c: Located },
  results: { readonly x: Located; readonly c: Located },
  sizes: CirculantSizes,
  lowering: Lowering,
): void {
  const { rows, q, k, p } = sizes
  if (results.x.used) {
    const matrix = expand(c, sizes, lowering)
    const product = { m: rows, n: k * p, k: q * p, transposeA: false, transposeB: false }
    lowerProduct({ ...product, ...single(lowering), a: grad.block, b: matrix, c: results.x.block }, lowering)
  }
  if (results.c.used) {
    const gradMatrix = p === 1 ? results.c.block : lowering.workspace(4 * q * k * p * p)
    const product = { m: q * p, n: k * p, k: rows, transposeA: true, transposeB: false }
    lowerProduct({ ...product, ...single(lowering), a: grad.block, b: x.block, c: gradMatrix }, lowering)
    if (p === 1) return
    const chunkBlocks = Math.max(1, Math.floor(numbersOfChunk / (p * p)))
    lowering.run(
      'collectCirculant',
      { gradMatrix, gradC: results.c.block, blocks: q * k, inputBlocks: k, p, chunkBlocks },
      { chunks: Math.ceil((q * k) / chunkBlocks) },
    )
  }
}

/** The matrix of c; blocks of one number are the matrix. */
function expand(c: Located, { q, k, p }: CirculantSizes, lowering: Lowering): MemoryBlock {
  if (p === 1) return c.block
  const matrix = lowering.workspace(4 * q * k * p * p)
  const chunkRows = Math.max(1, Math.floor(numbersOfChunk / (k * p)))
  lowering.run(
    'expandCirculant',
    { c: c.block, matrix, rows: q * p, inputBlocks: k, p, chunkRows },
    { chunks: Math.ceil((q * p) / chunkRows) },
  )
  return matrix
}

/** What a product that is no batch says of itself. */
function single(lowering: Lowering) {
  const start = lowering.constant('matrices of one entry', () => Int32Array.of(0))
  return { bias: null, entries: 1, offsetsA: start, offsetsB: start }
}
