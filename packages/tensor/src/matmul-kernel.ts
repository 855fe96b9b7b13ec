import type { Data } from './dtype.js'

/** Outputs computed together in each direction: nine sums share six loads. */
const tile = 3

function paddedRows(rows: number): number {
  return Math.ceil(rows / tile) * tile
}

/** A row-major `[rows, k]` matrix in float64, with zero rows up to a whole tile. */
export function packRows(matrix: Data, rows: number, k: number): Float64Array {
  const packed = new Float64Array(paddedRows(rows) * k)
  packed.set(matrix)
  return packed
}

/** The transpose of a row-major `[k, columns]` matrix in float64, with zero rows up to a whole tile. */
export function packColumns(matrix: Data, k: number, columns: number): Float64Array {
  const packed = new Float64Array(paddedRows(columns) * k)
  for (let row = 0; row < k; row++) {
    for (let column = 0; column < columns; column++)
      packed[column * k + row] = matrix[row * columns + column]!
  }
  return packed
}

/** `out[i, j] = Σ_k a[i, k] · b[j, k]`: m × n dot products of packed rows, summed in float64, rounded once. */
export function multiplyRows(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
  out: Data,
  offset: number,
): void {
  for (let j = 0; j < n; j += tile) {
    const b0 = j * k
    const b1 = b0 + k
    const b2 = b1 + k
    for (let i = 0; i < m; i += tile) {
      const a0 = i * k
      const a1 = a0 + k
      const a2 = a1 + k
      let s00 = 0
      let s01 = 0
      let s02 = 0
      let s10 = 0
      let s11 = 0
      let s12 = 0
      let s20 = 0
      let s21 = 0
      let s22 = 0
      for (let l = 0; l < k; l++) {
        const x0 = a[a0 + l]!
        const x1 = a[a1 + l]!
        const x2 = a[a2 + l]!
        const y0 = b[b0 + l]!
        const y1 = b[b1 + l]!
        const y2 = b[b2 + l]!
        s00 += x0 * y0
        s01 += x0 * y1
        s02 += x0 * y2
        s10 += x1 * y0
        s11 += x1 * y1
        s12 += x1 * y2
        s20 += x2 * y0
        s21 += x2 * y1
        s22 += x2 * y2
      }
      const columns = n - j
      let at = offset + i * n + j
      writeRow(out, at, columns, s00, s01, s02)
      if (i + 1 < m) writeRow(out, (at += n), columns, s10, s11, s12)
      if (i + 2 < m) writeRow(out, at + n, columns, s20, s21, s22)
    }
  }
}

function writeRow(out: Data, at: number, columns: number, s0: number, s1: number, s2: number): void {
  out[at] = s0
  if (columns > 1) out[at + 1] = s1
  if (columns > 2) out[at + 2] = s2
}
