import { FROM_RESULT, FROM_ROW, FROM_ZERO, multiplyPanels, panelScratch } from './multiply-panels'
import { packColumns, packRows } from './pack'
import { TILE_COLUMNS } from './tile.generated'

/** Numbers of a step of a left factor [k, m] up to which the steps lie close enough together. */
const LONG_STEP: i32 = 64

/** Packs the right factor [k, n] of a product for `multiply`, one block of steps after the other. */
@unmanaged export class PackRightArguments {
  b: usize
  packed: usize
  n: i32
  k: i32
  /** 1: b is stored [n, k]. */
  transpose: i32
  /** Columns of one chunk; a multiple of 8. */
  chunkColumns: i32
  depthBlock: i32
}

export function packRight(args: PackRightArguments, chunk: i32, scratch: usize): void {
  const first = chunk * args.chunkColumns
  const columns = min(args.chunkColumns, args.n - first)
  for (let k = 0; k < args.k; k += args.depthBlock) {
    const depth = min(args.depthBlock, args.k - k)
    const target = packedBlock(args.packed, args.n, k) + (<usize>(first * depth) << 2)
    packRightBlock(args.b, args.n, args.k, args.transpose, first, columns, k, depth, target)
  }
}

/** Where the steps from k on begin in a packed right factor. */
// @ts-ignore: decorator
@inline
function packedBlock(packed: usize, n: i32, k: i32): usize {
  return packed + (<usize>((n + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS) * <usize>k << 2)
}

function packRightBlock(
  b: usize, n: i32, totalDepth: i32, transpose: i32, first: i32, columns: i32, k: i32, depth: i32, target: usize,
): void {
  const stride = <usize>(transpose ? totalDepth : n) << 2
  const at = transpose
    ? b + <usize>first * stride + (<usize>k << 2)
    : b + <usize>k * stride + (<usize>first << 2)
  packColumns(at, transpose != 0, stride, columns, depth, target)
}

/**
 * c [m, n] = a [m, k] b [k, n] for each entry of a batch. A chunk computes the entries of one group, in one block of
 * rows and columns, over all steps.
 */
@unmanaged export class MultiplyArguments {
  a: usize
  b: usize
  c: usize
  /** [n], added to each row; 0 without. */
  bias: usize
  /** What `packRight` made of b; 0 lets each chunk pack what it needs. */
  packedB: usize
  /** Where each entry's factors begin, in elements. */
  offsetsA: usize
  offsetsB: usize
  entries: i32
  entriesOfChunk: i32
  m: i32
  n: i32
  k: i32
  /** 1: a is stored [k, m]. */
  transposeA: i32
  /** 1: b is stored [n, k]. */
  transposeB: i32
  /** Rows, columns and steps of one block; the first a multiple of 12, the second of 8. */
  rowBlock: i32
  columnBlock: i32
  depthBlock: i32
}

export function multiply(args: MultiplyArguments, chunk: i32, scratch: usize): void {
  const rowBlocks = (args.m + args.rowBlock - 1) / args.rowBlock
  const columnBlocks = (args.n + args.columnBlock - 1) / args.columnBlock
  const firstRow = chunk % rowBlocks * args.rowBlock
  chunk /= rowBlocks
  const firstColumn = chunk % columnBlocks * args.columnBlock
  const firstEntry = chunk / columnBlocks * args.entriesOfChunk
  const lastEntry = min(firstEntry + args.entriesOfChunk, args.entries)
  for (let entry = firstEntry; entry < lastEntry; entry++) {
    multiplyBlock(args, entry, firstRow, firstColumn, scratch)
  }
}

function multiplyBlock(args: MultiplyArguments, entry: i32, firstRow: i32, firstColumn: i32, scratch: usize): void {
  const m = args.m, n = args.n, k = args.k
  const rows = min(args.rowBlock, m - firstRow)
  const columns = min(args.columnBlock, n - firstColumn)
  const a = args.a + (<usize>load<i32>(args.offsetsA + (<usize>entry << 2)) << 2)
  const b = args.b + (<usize>load<i32>(args.offsetsB + (<usize>entry << 2)) << 2)
  const stride = <usize>n << 2
  const c = args.c + (<usize>entry * <usize>m + <usize>firstRow) * stride + (<usize>firstColumn << 2)
  const bias = args.bias ? args.bias + (<usize>firstColumn << 2) : 0
  const packedRows = scratch + panelScratch(args.depthBlock)
  const packedColumns = packedRows + (args.transposeA ? <usize>(args.rowBlock * args.depthBlock) << 2 : 0)
  let from = bias ? FROM_ROW : FROM_ZERO
  for (let step = 0; step < k; step += args.depthBlock) {
    const depth = min(args.depthBlock, k - step)
    const panelB = <usize>(TILE_COLUMNS * depth) << 2
    let panels: usize
    if (args.packedB) panels = packedBlock(args.packedB, n, step) + (<usize>(firstColumn * depth) << 2)
    else {
      panels = packedColumns
      packRightBlock(b, n, k, args.transposeB, firstColumn, columns, step, depth, panels)
    }
    const at = a + (<usize>(args.transposeA ? step * m + firstRow : firstRow * k + step) << 2)
    if (args.transposeA && m > LONG_STEP) {
      packRows(at, <usize>m << 2, rows, depth, packedRows)
      multiplyPanels(packedRows, true, 0, 0, panels, panelB, rows, columns, depth, from, bias, c, stride, scratch)
    } else {
      // Rows are read where they are: that costs no more than packed ones, and less where columns are few.
      const strideRow = args.transposeA ? <usize>4 : <usize>k << 2
      const strideStep = args.transposeA ? <usize>m << 2 : <usize>4
      multiplyPanels(at, false, strideRow, strideStep, panels, panelB, rows, columns, depth, from, bias, c, stride, scratch)
    }
    from = FROM_RESULT
  }
}
