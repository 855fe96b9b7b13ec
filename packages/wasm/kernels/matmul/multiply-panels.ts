import { packPanels } from './pack'
import { multiplyTile } from './tile.generated'

/** Rows of a tile, and columns: the widths of the panels of the two factors. */
export const TILE_ROWS: i32 = 4
export const TILE_COLUMNS: i32 = 8

/** Bytes that `multiplyPanels` needs to work with: a panel of rows and a tile. */
// @ts-ignore: decorator
@inline
export function panelScratch(depth: i32): usize {
  return (<usize>(TILE_ROWS * depth) << 2) + TILE_BYTES
}

const TILE_BYTES: usize = 4 * 8 * 4
const ZEROS = memory.data(32, 16)

/** What a product begins with: nothing, the same row for all rows (a bias), or what is in c. */
export const FROM_ZERO: i32 = 0
export const FROM_ROW: i32 = 1
export const FROM_RESULT: i32 = 2

/**
 * c = start + a b over `depth` > 0 steps. Element (i, k) of a is at `a + i * rowStride + k * depthStride`, or, when a
 * is packed, in panels of 4 rows; b is packed in panels of 8 columns that are `panelB` apart. Strides are in bytes.
 */
export function multiplyPanels(
  a: usize, packed: bool, rowStride: usize, depthStride: usize, b: usize, panelB: usize,
  rows: i32, columns: i32, depth: i32, from: i32, row: usize, c: usize, stride: usize, scratch: usize,
): void {
  const wholeRows = packed ? rows : rows & ~3
  const panelStride = packed ? <usize>(TILE_ROWS * depth) << 2 : 4 * rowStride
  const lastPanel = scratch + TILE_BYTES
  if (packed) {
    rowStride = 4
    depthStride = 16
  } else if (wholeRows < rows) {
    const at = a + <usize>wholeRows * rowStride
    if (depthStride == 4) packPanels(at, true, rowStride, rows - wholeRows, depth, TILE_ROWS, lastPanel)
    else packPanels(at, false, depthStride, rows - wholeRows, depth, TILE_ROWS, lastPanel)
  }
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const wide = columns - j >= TILE_COLUMNS
    let at = a
    let target = c + (<usize>j << 2)
    const rowStart = from == FROM_ROW ? row + (<usize>j << 2) : ZEROS
    let i = 0
    if (wide) {
      for (; i + TILE_ROWS <= rows; i += TILE_ROWS) {
        if (from == FROM_RESULT) multiplyTile(at, rowStride, depthStride, b, depth, target, stride, target, stride)
        else multiplyTile(at, rowStride, depthStride, b, depth, rowStart, 0, target, stride)
        at += panelStride
        target += 4 * stride
      }
    }
    for (; i < rows; i += TILE_ROWS) {
      const tileRows = min(TILE_ROWS, rows - i)
      const tileColumns = min(TILE_COLUMNS, columns - j)
      if (from == FROM_RESULT) copyTile(target, stride, scratch, 32, tileRows, tileColumns)
      else copyTile(rowStart, 0, scratch, 32, tileRows, tileColumns)
      if (packed || i < wholeRows) multiplyTile(at, rowStride, depthStride, b, depth, scratch, 32, scratch, 32)
      else multiplyTile(lastPanel, 4, 16, b, depth, scratch, 32, scratch, 32)
      copyTile(scratch, 32, target, stride, tileRows, tileColumns)
      at += panelStride
      target += 4 * stride
    }
    b += panelB
  }
}

function copyTile(source: usize, sourceStride: usize, target: usize, targetStride: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) store<f32>(target + j, load<f32>(source + j))
    source += sourceStride
    target += targetStride
  }
}
