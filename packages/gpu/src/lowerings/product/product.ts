import type { Block } from '../../program/block.js'
import type { PackedType } from '../../wgsl/packed-type.js'

/** `output[i, j] = Σ_p a[i, p] b[p, j]` for each matrix of a batch. */
export interface Product {
  readonly name: string
  readonly m: number
  readonly n: number
  readonly k: number
  readonly batches: number
  readonly a: Factor
  readonly b: Factor
  /** Row-major, `[batches, m, n]`. */
  readonly output: Block
}

/** `a`, of which each line is one of its rows, or `b`, of which each line is one of its columns. */
export interface Factor {
  readonly block: Block
  /** Whether neighbours in memory are neighbours of a line: `[lines, k]`; otherwise it is stored as `[k, lines]`. */
  readonly linewise: boolean
  /** In WGSL: the element at which the matrix of a batch begins. */
  readonly start: (batch: string) => string
}

export const vec4 = 'vec4<f32>'

/**
 * In WGSL: `load_NAME(start, row, column)`, four neighbours in a stored row of a matrix that begins at `start`, with
 * zeros beyond its end; the column is a multiple of four. The matrix is stored with so many rows and columns, both as
 * WGSL has them, in a buffer of elements of a packed type.
 */
export function loadFour(name: string, rows: string, columns: string, type: PackedType): string {
  const inside = `row < ${rows} && column < ${columns}`
  const at = `start + row * ${columns} + column`
  // Without branches, so that all of a tile's numbers are on their way at once; what is beyond is read at the beginning.
  const load =
    type === vec4
      ? `return select(${vec4}(), ${name}[select(0u, (${at}) / 4u, ${inside})], ${inside});`
      : `let at = select(0u, ${at}, ${inside});
  let rest = select(0u, ${columns} - column, ${inside});
  let four = ${vec4}(${['at', ...[1, 2, 3].map((i) => `at + select(0u, ${i}u, ${i}u < rest)`)].map((place) => `${name}[${place}]`).join(', ')});
  return select(${vec4}(), four, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(rest));`
  return `fn load_${name}(start: u32, row: u32, column: u32) -> ${vec4} {
  ${load}
}`
}
