import { sizeOf } from '@gyre/tensor'
import type { Located, Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'
import { lowerProduct } from './product/lower-product.js'

/** The sizes of a block-circulant product: `rows` rows of k blocks of p numbers become q blocks each. */
export interface CirculantSizes {
  readonly rows: number
  readonly q: number
  readonly k: number
  readonly p: number
}

const workgroupSize = 64

/** The product through the matrix itself. */
export function lowerDense(
  x: Located,
  c: Located,
  output: Located,
  sizes: CirculantSizes,
  lowering: Lowering,
): void {
  const { rows, q, k, p } = sizes
  const a = factor(x.block, true)
  const b = factor(writtenOut(c, sizes, lowering), true)
  const product = { name: 'circulant product', m: rows, n: q * p, k: k * p, batches: 1 }
  lowerProduct({ ...product, a, b, output: output.block }, lowering)
}

/** Its gradients: grad B, and the circulant diagonals of gradᵀ x. */
export function lowerDenseBackward(
  { grad, x, c }: { readonly grad: Located; readonly x: Located; readonly c: Located },
  results: { readonly x: Located; readonly c: Located },
  sizes: CirculantSizes,
  lowering: Lowering,
): void {
  const { rows, q, k, p } = sizes
  const product = { name: 'circulant product', m: rows, n: k * p, k: q * p, batches: 1 }
  const matrix = factor(writtenOut(c, sizes, lowering), false)
  lowerProduct({ ...product, a: factor(grad.block, true), b: matrix, output: results.x.block }, lowering)

  const gradMatrix = p === 1 ? results.c.block : lowering.workspace(4 * q * k * p * p)
  const outer = { name: 'circulant products over rows', m: q * p, n: k * p, k: rows, batches: 1 }
  lowerProduct(
    { ...outer, a: factor(grad.block, false), b: factor(x.block, false), output: gradMatrix },
    lowering,
  )
  if (p > 1) lowerDiagonals(gradMatrix, results.c, sizes, lowering)
}

function factor(block: Block, linewise: boolean) {
  return { block, linewise, start: () => '0u' }
}

/** The matrix of c, `B[i·p + r, j·p + s] = c[i, j, (r - s) mod p]`; blocks of one number are the matrix. */
function writtenOut(c: Located, { q, k, p }: CirculantSizes, lowering: Lowering): Block {
  if (p === 1) return c.block
  const count = q * k * p * p
  const matrix = lowering.workspace(4 * count)
  const columns = k * p
  lowering.elementwise({
    name: 'circulant matrix',
    count,
    inputs: {
      c: {
        block: c.block,
        type: 'f32',
        at: (i) => {
          const row = `${i} / ${columns}u`
          const column = `${i} % ${columns}u`
          const block = `(${row} / ${p}u * ${k}u + ${column} / ${p}u)`
          return `${block} * ${p}u + (${row} + ${p}u - ${column} % ${p}u) % ${p}u`
        },
      },
    },
    output: { block: matrix, type: 'f32' },
    value: ({ c }) => c!,
  })
  return matrix
}

/** The sums along the circulant diagonals of each block: one number of c stands in p places. */
function lowerDiagonals(matrix: Block, gradC: Located, { k, p }: CirculantSizes, lowering: Lowering): void {
  const count = sizeOf(gradC.shape)
  lowering.dispatch({
    name: 'circulant diagonals',
    reads: { matrix: { block: matrix, type: 'f32' } },
    writes: { gradC: { block: gradC.block, type: 'f32' } },
    sizes: { count, k, p },
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    body: `let index = flat_group * ${workgroupSize}u + lane;
  if (index >= sizes.count) { return; }
  let t = index % sizes.p;
  let block = index / sizes.p;
  let columns = sizes.k * sizes.p;
  let start = block / sizes.k * sizes.p * columns + block % sizes.k * sizes.p;
  var sum = 0.0;
  for (var s = 0u; s < sizes.p; s++) { sum += matrix[start + (s + t) % sizes.p * columns + s]; }
  gradC[index] = sum;`,
  })
}
