import { TILE_ROWS } from './tile.generated'

// Packing: a factor of a product is copied into panels, so that what one step of the innermost loop reads lies together.
// A panel holds 8 columns of the right factor, or as many rows of the left one as a tile has, here both called lines:
// element (line, k) lies at k * width + line. Lines that do not exist are zeros.

/**
 * Packs columns of a right factor, in panels of 8. In memory either the steps of a column are neighbours
 * (`stepsTogether`), or the columns of a step are; `stride` is the distance in bytes of what is not.
 */
export function packColumns(
  source: usize, stepsTogether: bool, stride: usize, columns: i32, depth: i32, target: usize,
): void {
  const panelBytes = <usize>depth << 5
  let column = 0
  if (!stepsTogether) {
    // 64 bytes of a row at once, lest cache lines be fetched more often than once.
    for (; column + 16 <= columns; column += 16) {
      packSixteenColumns(source + (<usize>column << 2), stride, depth, target)
      target += 2 * panelBytes
    }
  }
  for (; column < columns; column += 8) {
    if (!stepsTogether && column + 8 <= columns) {
      packEightColumns(source + (<usize>column << 2), stride, depth, target)
      target += panelBytes
      continue
    }
    for (let half = 0; half < 8; half += 4) {
      const first = column + half
      const at = target + (<usize>half << 2)
      if (stepsTogether) {
        const from = source + <usize>first * stride
        if (first + 4 <= columns) packFourColumns(from, stride, depth, at)
        else packPart(from, stride, 4, columns - first, 4, depth, at, 32)
      } else {
        packPart(source + (<usize>first << 2), 4, stride, columns - first, 4, depth, at, 32)
      }
    }
    target += panelBytes
  }
}

function packSixteenColumns(source: usize, stride: usize, depth: i32, target: usize): void {
  let second = target + (<usize>depth << 5)
  for (let k = 0; k < depth; k++) {
    const p0 = v128.load(source)
    const p1 = v128.load(source, 16)
    const p2 = v128.load(source, 32)
    const p3 = v128.load(source, 48)
    v128.store(target, p0)
    v128.store(target, p1, 16)
    v128.store(second, p2)
    v128.store(second, p3, 16)
    source += stride
    target += 32
    second += 32
  }
}

function packEightColumns(source: usize, stride: usize, depth: i32, target: usize): void {
  for (let k = 0; k < depth; k++) {
    const low = v128.load(source)
    const high = v128.load(source, 16)
    v128.store(target, low)
    v128.store(target, high, 16)
    source += stride
    target += 32
  }
}

/** 4 columns whose steps lie together: transposes 4 x 4 blocks. */
function packFourColumns(source: usize, stride: usize, depth: i32, target: usize): void {
  let k = 0
  for (; k + 4 <= depth; k += 4) {
    const r0 = v128.load(source)
    const r1 = v128.load(source + stride)
    const r2 = v128.load(source + 2 * stride)
    const r3 = v128.load(source + 3 * stride)
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(target, v128.shuffle<i64>(low01, low23, 0, 2))
    v128.store(target, v128.shuffle<i64>(low01, low23, 1, 3), 32)
    v128.store(target, v128.shuffle<i64>(high01, high23, 0, 2), 64)
    v128.store(target, v128.shuffle<i64>(high01, high23, 1, 3), 96)
    source += 16
    target += 128
  }
  packPart(source, stride, 4, 4, 4, depth - k, target, 32)
}

/** Packs rows of a left factor, in panels of `TILE_ROWS`. In memory the rows of a step are neighbours. */
export function packRows(source: usize, stride: usize, rows: i32, depth: i32, target: usize): void {
  const panelBytes = <usize>(TILE_ROWS * depth) << 2
  const atOnce = TILE_ROWS * 4
  let row = 0
  for (; row + atOnce <= rows; row += atOnce) {
    packFourPanels(source + (<usize>row << 2), stride, depth, target, panelBytes)
    target += 4 * panelBytes
  }
  for (; row < rows; row += TILE_ROWS) {
    const from = source + (<usize>row << 2)
    if (row + TILE_ROWS <= rows) packPanel(from, stride, depth, target)
    else packPart(from, 4, stride, rows - row, TILE_ROWS, depth, target, <usize>TILE_ROWS << 2)
    target += panelBytes
  }
}

/** Four panels at once: 64 or 96 bytes of a row. */
function packFourPanels(source: usize, stride: usize, depth: i32, p0: usize, panelBytes: usize): void {
  let p1 = p0 + panelBytes
  let p2 = p1 + panelBytes
  let p3 = p2 + panelBytes
  for (let k = 0; k < depth; k++) {
    const v0 = v128.load(source)
    const v1 = v128.load(source, 16)
    const v2 = v128.load(source, 32)
    const v3 = v128.load(source, 48)
    if (TILE_ROWS == 4) {
      v128.store(p0, v0)
      v128.store(p1, v1)
      v128.store(p2, v2)
      v128.store(p3, v3)
    } else {
      const v4 = v128.load(source, 64)
      const v5 = v128.load(source, 80)
      v128.store(p0, v0)
      v128.store64_lane(p0, v1, 0, 16)
      v128.store64_lane(p1, v1, 1)
      v128.store(p1, v2, 8)
      v128.store(p2, v3)
      v128.store64_lane(p2, v4, 0, 16)
      v128.store64_lane(p3, v4, 1)
      v128.store(p3, v5, 8)
    }
    source += stride
    p0 += <usize>TILE_ROWS << 2
    p1 += <usize>TILE_ROWS << 2
    p2 += <usize>TILE_ROWS << 2
    p3 += <usize>TILE_ROWS << 2
  }
}

function packPanel(source: usize, stride: usize, depth: i32, target: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(target, v128.load(source))
    if (TILE_ROWS == 6) store<i64>(target, load<i64>(source, 16), 16)
    source += stride
    target += <usize>TILE_ROWS << 2
  }
}

/** `lines` lines, of which `valid` exist, which may be none or more than needed. */
export function packPart(
  source: usize, lineStride: usize, stepStride: usize, valid: i32, lines: i32, depth: i32, target: usize, step: usize,
): void {
  for (let k = 0; k < depth; k++) {
    for (let line = 0; line < lines; line++) {
      store<f32>(target + (<usize>line << 2), line < valid ? load<f32>(source + <usize>line * lineStride) : 0)
    }
    source += stepStride
    target += step
  }
}
