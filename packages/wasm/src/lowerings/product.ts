import type { Pointer } from '../command.js'
import type { Lowering } from '../kernel.js'
import { roundUp } from './round-up.js'

/** c [m, n] = a [m, k] b [k, n] + bias for each entry of a batch; k is at least 1. */
export interface Product {
  readonly a: Pointer
  readonly b: Pointer
  readonly c: Pointer
  /** [n], or null. */
  readonly bias: Pointer
  readonly m: number
  readonly n: number
  readonly k: number
  /** a is stored [k, m]. */
  readonly transposeA: boolean
  /** b is stored [n, k]. */
  readonly transposeB: boolean
  readonly entries: number
  /** Tables of where each entry's factors begin, in elements. */
  readonly offsetsA: Pointer
  readonly offsetsB: Pointer
}

/** Rows up to which reading the right factor as it is stored, [n, k] or [k, n], beats packing it. */
const fewRowsTransposed = 6
const fewRows = 4
/** FLOPs, and numbers of a matrix read once, that are worth a chunk of their own: some ten microseconds. */
const flopsOfChunk = 400_000
const numbersOfChunk = 32_768
/** Steps of one block: a panel of 8 columns then takes 12 KiB of the first cache. */
const longestDepth = 384

/** Writes the calls of a product. How it is cut depends on its sizes alone, and no sum is cut. */
export function lowerProduct(product: Product, lowering: Lowering): void {
  const { m, n, transposeA, transposeB, bias } = product
  if (m === 0 || n === 0 || product.entries === 0) return
  if (n === 1 && m > 1 && !bias) lowerFewRows(transposed(product), lowering)
  else if (m === 1 || (m <= (transposeB ? fewRowsTransposed : fewRows) && !transposeA))
    lowerFewRows(product, lowering)
  else lowerBlocks(product, lowering)
}

/** cᵀ = bᵀ aᵀ, for one column: the same memory seen as one row. */
function transposed({ a, b, offsetsA, offsetsB, m, transposeA, ...rest }: Product): Product {
  const swapped = { a: b, b: a, offsetsA: offsetsB, offsetsB: offsetsA, m: 1, n: m }
  return { ...rest, ...swapped, transposeA: false, transposeB: !transposeA }
}

function lowerFewRows(product: Product, lowering: Lowering): void {
  const { transposeA: _, transposeB, ...rest } = product
  const { n, k, entries } = product
  // Parts of a row of b should be runs of memory that are worth fetching.
  const narrowest = transposeB ? 4 : 64
  const columnBlock = Math.max(narrowest, roundUp(Math.min(n, numbersOfChunk / k), 4))
  const columnBlocks = Math.ceil(n / columnBlock)
  const entriesOfChunk = columnBlocks > 1 ? 1 : Math.max(1, Math.floor(numbersOfChunk / (n * k)))
  const args = { ...rest, transposeB: Number(transposeB), columnBlock, entriesOfChunk }
  lowering.run('multiplyFewRows', args, { chunks: columnBlocks * Math.ceil(entries / entriesOfChunk) })
}

function lowerBlocks(product: Product, lowering: Lowering): void {
  const { b, m, n, k, transposeA, transposeB, entries } = product
  const { rowBlock, columnBlock } = blocksOf(product)
  const rowBlocks = Math.ceil(m / rowBlock)
  const blocks = rowBlocks * Math.ceil(n / columnBlock)
  const depthBlock = Math.ceil(k / Math.ceil(k / longestDepth))
  const entriesOfChunk = blocks > 1 ? 1 : Math.max(1, Math.floor(flopsOfChunk / (2 * m * n * k)))
  // Chunks that need the same columns share what is packed once; for a batch, each packs what it needs.
  let packedB: Pointer = null
  if (entries === 1 && rowBlocks > 1) {
    packedB = lowering.workspace(4 * k * roundUp(n, 8))
    const chunkColumns = roundUp(numbersOfChunk / k, 16)
    const args = { b, packed: packedB, n, k, transpose: Number(transposeB), chunkColumns, depthBlock }
    lowering.run('packRight', args, { chunks: Math.ceil(n / chunkColumns) })
  }
  const args = {
    ...product,
    packedB,
    transposeA: Number(transposeA),
    transposeB: Number(transposeB),
    ...{ rowBlock, columnBlock, depthBlock, entriesOfChunk },
  }
  // One panel of rows and one tile; the block of rows where it is packed; the block of columns where it is.
  const panels = 6 + (transposeA ? rowBlock : 0) + (packedB ? 0 : columnBlock)
  lowering.run('multiply', args, {
    chunks: blocks * Math.ceil(entries / entriesOfChunk),
    scratch: 192 + 4 * depthBlock * panels,
  })
}

/** Rows and columns of one chunk's block: multiples of 12 (whole tiles of 4 or of 6 rows) and 8. */
function blocksOf({ m, n, k, entries }: Product): { rowBlock: number; columnBlock: number } {
  const worthwhile = Math.max(1, Math.floor((2 * m * n * k) / flopsOfChunk))
  const wanted = Math.min(worthwhile, Math.ceil(16 / entries))
  // What fits into the second cache, packed.
  let rowBlocks = Math.ceil(m / (entries > 1 ? 128 : 64))
  let columnBlocks = Math.ceil(n / (entries > 1 ? 256 : 512))
  // Enough chunks to occupy several threads evenly, but none that is too small for its own sake.
  if (rowBlocks * columnBlocks < wanted) {
    rowBlocks = Math.min(Math.ceil(m / 32), Math.ceil(wanted / columnBlocks))
    columnBlocks = Math.max(columnBlocks, Math.min(Math.ceil(n / 32), Math.ceil(wanted / rowBlocks)))
  }
  columnBlocks = Math.min(columnBlocks, worthwhile)
  rowBlocks = Math.min(rowBlocks, Math.max(1, Math.floor(worthwhile / columnBlocks)))
  return { rowBlock: roundUp(m / rowBlocks, 12), columnBlock: roundUp(n / columnBlocks, 8) }
}
