import type { Block } from '../../program/block.js'

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

/** How many numbers a kernel can take at once from a matrix that has so many in a stored row. */
export function widthFor(storedColumns: number): 1 | 4 {
  return storedColumns % 4 === 0 ? 4 : 1
}

/** The type of a buffer's elements that are so wide. */
export function typeOfWidth(width: 1 | 4): 'f32' | 'vec4<f32>' {
  return width === 4 ? vec4 : 'f32'
}

/**
 * In WGSL: `load_NAME(start, row, column)`, four neighbours in a stored row of a matrix that begins at `start`, with zeros
 * beyond its end. The column is a multiple of four.
 */
export function loadFour(name: string, storedRows: number, storedColumns: number): string {
  const beyond = `row >= ${storedRows}u || column >= ${storedColumns}u`
  const at = `start + row * ${storedColumns}u + column`
  const load =
    widthFor(storedColumns) === 4
      ? `return ${name}[(${at}) / 4u];`
      : `let at = ${at};
  var four = ${vec4}(${name}[at], 0.0, 0.0, 0.0);
  ${[1, 2, 3].map((i) => `if (column + ${i}u < ${storedColumns}u) { four[${i}] = ${name}[at + ${i}u]; }`).join('\n  ')}
  return four;`
  return `fn load_${name}(start: u32, row: u32, column: u32) -> ${vec4} {
  if (${beyond}) { return ${vec4}(); }
  ${load}
}`
}
