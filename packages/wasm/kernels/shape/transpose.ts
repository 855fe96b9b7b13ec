/**
 * Transposes matrices of 4-byte elements: element (row, column) of the result is read at `row + column · fromColumn`
 * and written at `row · toRow + column`. Two outer axes count the matrices. A chunk is some rows of one of them.
 */
@unmanaged export class TransposeArguments {
  from: usize
  to: usize
  size1: i32
  from0: i32
  from1: i32
  to0: i32
  to1: i32
  rows: i32
  columns: i32
  fromColumn: i32
  toRow: i32
  rowsPerChunk: i32
  chunksPerMatrix: i32
}

/** Rows that are written at once: few enough that their cache lines do not push each other out. */
const BLOCK: i32 = 8

export function transpose(args: TransposeArguments, chunk: i32, scratch: usize): void {
  const matrix = chunk / args.chunksPerMatrix
  const firstRow = (chunk - matrix * args.chunksPerMatrix) * args.rowsPerChunk
  const lastRow = min(firstRow + args.rowsPerChunk, args.rows)
  const i0 = matrix / args.size1
  const i1 = matrix - i0 * args.size1
  const from = args.from + (<usize>(i0 * args.from0 + i1 * args.from1) << 2)
  const to = args.to + (<usize>(i0 * args.to0 + i1 * args.to1) << 2)
  const columns = args.columns
  const fromColumn = <usize>args.fromColumn << 2
  const toRow = <usize>args.toRow << 2
  for (let block = firstRow; block < lastRow; block += BLOCK) {
    const end = min(block + BLOCK, lastRow)
    let column = 0
    for (; column + 4 <= columns; column += 4) {
      const source = from + <usize>column * fromColumn
      const target = to + (<usize>column << 2)
      let row = block
      for (; row + 4 <= end; row += 4) {
        tile(source + (<usize>row << 2), fromColumn, target + <usize>row * toRow, toRow)
      }
      for (; row < end; row++) {
        for (let k = 0; k < 4; k++) {
          const value = load<i32>(source + (<usize>row << 2) + <usize>k * fromColumn)
          store<i32>(target + <usize>row * toRow + (<usize>k << 2), value)
        }
      }
    }
    for (; column < columns; column++) {
      for (let row = block; row < end; row++) {
        const value = load<i32>(from + (<usize>row << 2) + <usize>column * fromColumn)
        store<i32>(to + <usize>row * toRow + (<usize>column << 2), value)
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function tile(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const a = v128.load(from)
  const b = v128.load(from + fromStride)
  const c = v128.load(from + 2 * fromStride)
  const d = v128.load(from + 3 * fromStride)
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5)
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2))
  v128.store(to + toStride, v128.shuffle<i64>(ab, cd, 1, 3))
  v128.store(to + 2 * toStride, v128.shuffle<i64>(abHigh, cdHigh, 0, 2))
  v128.store(to + 3 * toStride, v128.shuffle<i64>(abHigh, cdHigh, 1, 3))
}
