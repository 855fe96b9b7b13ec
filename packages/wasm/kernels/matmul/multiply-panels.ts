import { packPart } from './pack'
import { multiplyTile, TILE_COLUMNS, TILE_ROWS } from './tile.generated'

/** Bytes that `multiplyPanels` needs to work with: a tile and a panel of rows. */
// @ts-ignore: decorator
@inline
export function panelScratch(depth: i32): usize {
  return TILE_BYTES + (<usize>(TILE_ROWS * depth) << 2)
}

const TILE_STRIDE: usize = 8 * 4
const TILE_BYTES: usize = 6 * TILE_STRIDE
const ZEROS = memory.data(32, 16)

/** What a product begins with: nothing, the same row for all rows (a bias), or what is in c. */
export const FROM_ZERO: i32 = 0
export const FROM_ROW: i32 = 1
export const FROM_RESULT: i32 = 2

/**
 * c = start + a b over `depth` > 0 steps. Element (i, k) of a is at `a + i * rowStride + k * depthStride`, or, when a
 * is packed, in panels of `TILE_ROWS`; b is packed in panels of 8 columns that are `panelB` apart. Strides are in bytes.
 */
export function multiplyPanels(
  a: usize, packed: bool, rowStride: usize, depthStride: usize, b: usize, panelB: usize,
  rows: i32, columns: i32, depth: i32, from: i32, row: usize, c: usize, stride: usize, scratch: usize,
): void {
  const wholeRows = rows / TILE_ROWS * TILE_ROWS
  let panelStride = <usize>TILE_ROWS * rowStride
  if (packed) {
    panelStride = <usize>(TILE_ROWS * depth) << 2
    rowStride = 4
    depthStride = <usize>TILE_ROWS << 2
  } else if (wholeRows == 0) {
    const panel = scratch + TILE_BYTES
    packPart(a, rowStride, depthStride, rows, TILE_ROWS, depth, panel, <usize>TILE_ROWS << 2)
    a = panel
    packed = true
    rowStride = 4
    depthStride = <usize>TILE_ROWS << 2
  }
  // The last tile of rows that are not packed reaches back over rows that are done, and leaves them alone.
  const back = packed ? 0 : wholeRows + TILE_ROWS - rows
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const wide = columns - j >= TILE_COLUMNS
    const rowStart = from == FROM_ROW ? row + (<usize>j << 2) : ZEROS
    let at = a
    let target = c + (<usize>j << 2)
    let i = 0
    if (wide) {
      for (; i < wholeRows; i += TILE_ROWS) {
        if (from == FROM_RESULT) multiplyTile(at, rowStride, depthStride, b, depth, target, stride, target, stride)
        else multiplyTile(at, rowStride, depthStride, b, depth, rowStart, 0, target, stride)
        at += panelStride
        target += <usize>TILE_ROWS * stride
      }
    }
    for (; i < rows; i += TILE_ROWS) {
      const tileRows = min(TILE_ROWS, rows - i)
      const tileColumns = min(TILE_COLUMNS, columns - j)
      const skipped = i < wholeRows ? 0 : back
      const tile = scratch + <usize>skipped * TILE_STRIDE
      if (from == FROM_RESULT) copyTile(target, stride, tile, TILE_STRIDE, tileRows, tileColumns)
      else copyTile(rowStart, 0, tile, TILE_STRIDE, tileRows, tileColumns)
      multiplyTile(at - <usize>skipped * rowStride, rowStride, depthStride, b, depth, scratch, TILE_STRIDE, scratch, TILE_STRIDE)
      copyTile(tile, TILE_STRIDE, target, stride, tileRows, tileColumns)
      at += panelStride
      target += <usize>TILE_ROWS * stride
    }
    b += panelB
  }
}

function copyTile(source: usize, sourceStride: usize, target: usize, targetStride: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    if (columns == TILE_COLUMNS) {
      const low = v128.load(source)
      const high = v128.load(source, 16)
      v128.store(target, low)
      v128.store(target, high, 16)
    } else {
      for (let j: usize = 0; j < <usize>columns << 2; j += 4) store<f32>(target + j, load<f32>(source + j))
    }
    source += sourceStride
    target += targetStride
  }
}
