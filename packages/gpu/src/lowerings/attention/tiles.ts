import type { Block } from '../../program/block.js'
import type { Binding } from '../../program/step.js'
import { packedType } from '../../wgsl/packed-type.js'

// The kernels of attention go through the matrix of scores in tiles: products of some rows with as many others, and
// sums of rows with the weights that these products give. A workgroup's 64 invocations stand in a square, `down` and
// `across`; each has the elements of a tile that are 8 apart, so that neighbours read neighbouring banks.

export const workgroupSize = 64
const side = 8
/** Quads, of four features each, that are in the workgroup's memory at once. */
const chunk = 8
/** A row of a chunk there; one more than its quads, so that rows start in different banks. */
const chunkRow = chunk + 1

/** A matrix of `rows` × features for each head, under its name in a kernel. */
export interface HeadMatrix {
  readonly name: string
  readonly block: Block
  readonly rows: number
  readonly features: number
}

export function bindingOf({ block, features }: HeadMatrix): Binding {
  return { block, type: packedType(features).type }
}

/** Tiles of so many rows and columns that each invocation has `reach` × `reach` elements. */
export class Tiles {
  /** Rows and columns of a tile. */
  readonly size: number
  /** What kernels on tiles declare. */
  readonly declarations: string
  /** Loops that compilers unroll: arrays indexed by them stay in registers. */
  readonly #eachRow: string
  readonly #eachColumn: string
  readonly #reach: number

  constructor(reach: number) {
    this.size = side * reach
    this.#reach = reach
    this.#eachRow = `for (var r = 0u; r < ${reach}u; r++)`
    this.#eachColumn = `for (var c = 0u; c < ${reach}u; c++)`
    this.declarations = `var<workgroup> left: array<vec4<f32>, ${this.size * chunkRow}>;
var<workgroup> right: array<vec4<f32>, ${this.size * chunkRow}>;
var<workgroup> weights: array<f32, ${this.size * (this.size + 1)}>;`
  }

  /** Those for so many queries: enough elements that products are worth their loads, where there are as many. */
  static for(queries: number): Tiles {
    return new Tiles(queries <= side ? 1 : queries <= 4 * side ? 2 : 4)
  }

  /** Workgroups for all rows of all heads. */
  workgroups(heads: number, rows: number): number {
    return heads * Math.ceil(rows / this.size)
  }

  /** `head`, the `first_row` of the workgroup's tile, and the invocation's place in the square. */
  begin(rows: number): string {
    const tiles = Math.ceil(rows / this.size)
    return `let head = flat_group / ${tiles}u;
  let first_row = flat_group % ${tiles}u * ${this.size}u;
  let down = lane / ${side}u;
  let across = lane % ${side}u;`
  }

  /**
   * The products of the workgroup's rows of one matrix with a tile's rows of another, as the array `into`: its element
   * `[r][c]` is that of rows `down + 8 r` and `across + 8 c`.
   */
  products(into: string, rows: HeadMatrix, columns: HeadMatrix, firstColumn: string): string {
    const quads = Math.ceil(rows.features / 4)
    const reach = this.#reach
    // Zeros are written out: in a loop, SwiftShader keeps what a variable without a value had before.
    return `var ${into} = array<array<f32, ${reach}>, ${reach}>();
  for (var quad = 0u; quad < ${quads}u; quad += ${chunk}u) {
    workgroupBarrier();
    ${this.#loadChunk('left', rows, 'first_row', 'quad')}
    ${this.#loadChunk('right', columns, firstColumn, 'quad')}
    workgroupBarrier();
    let loaded = min(${chunk}u, ${quads}u - quad);
    for (var k = 0u; k < loaded; k++) {
      var others: array<vec4<f32>, ${reach}>;
      ${this.#eachColumn} { others[c] = right[(across + ${side}u * c) * ${chunkRow}u + k]; }
      ${this.#eachRow} {
        let own = left[(down + ${side}u * r) * ${chunkRow}u + k];
        ${this.#eachColumn} { ${into}[r][c] += dot(own, others[c]); }
      }
    }
  }`
  }

  /**
   * Gives each of the invocation's elements a weight, in WGSL, for its place in the matrix of scores; products are
   * there as `array[r][c]`.
   */
  setWeights(firstColumn: string, weight: (row: string, column: string) => string): string {
    const [row, column] = [`down + ${side}u * r`, `across + ${side}u * c`]
    return `${this.#eachRow} {
      ${this.#eachColumn} {
        ${this.weightAt(`(${row})`, column)} = ${weight(`first_row + ${row}`, `${firstColumn} + ${column}`)};
      }
    }`
  }

  /** The place of the weight in `row` and `column` of a tile. */
  weightAt(row: string, column: string): string {
    // A row is one longer than it need be, so that rows start in different banks.
    return `weights[${row} * ${this.size + 1}u + ${column}]`
  }

  /** Arrays for the invocation's parts of sums of a matrix's rows, for each of the workgroup's rows. */
  declareSums(matrix: HeadMatrix): string {
    return chunksOf(matrix)
      .map((c) => `var sum${c} = array<vec4<f32>, ${this.#reach}>();`)
      .join('\n  ')
  }

  /** Multiplies the sums of each row by a factor of it, in WGSL. */
  scaleSums(matrix: HeadMatrix, factor: (row: string) => string): string {
    const statements = chunksOf(matrix).map((c) => `sum${c}[r] *= factor;`)
    return `${this.#eachRow} { let factor = ${factor(`down + ${side}u * r`)}; ${statements.join(' ')} }`
  }

  /** Adds `count` of the matrix's rows, from `firstRow` on, with the tile's weights. */
  addToSums(matrix: HeadMatrix, firstRow: string, count: string): string {
    return chunksOf(matrix)
      .map(
        (c) => `workgroupBarrier();
    ${this.#loadChunk('right', matrix, firstRow, `${c * chunk}u`)}
    workgroupBarrier();
    for (var k = 0u; k < ${count}; k++) {
      let quad = right[k * ${chunkRow}u + across];
      ${this.#eachRow} { sum${c}[r] += ${this.weightAt(`(down + ${side}u * r)`, 'k')} * quad; }
    }`,
      )
      .join('\n    ')
  }

  /** Stores the sums as the workgroup's rows of a matrix; needs its `storer`. */
  storeSums(matrix: HeadMatrix): string {
    const statements = chunksOf(matrix).map(
      (c) =>
        `store_${matrix.name}(head, first_row + down + ${side}u * r, ${c * chunk}u + across, sum${c}[r]);`,
    )
    return `${this.#eachRow} { ${statements.join(' ')} }`
  }

  #loadChunk(into: 'left' | 'right', { name }: HeadMatrix, firstRow: string, firstQuad: string): string {
    return `for (var j = lane; j < ${this.size * chunk}u; j += ${workgroupSize}u) {
      ${into}[j / ${chunk}u * ${chunkRow}u + j % ${chunk}u] = load_${name}(head, ${firstRow} + j / ${chunk}u, ${firstQuad} + j % ${chunk}u);
    }`
  }
}

function chunksOf({ features }: HeadMatrix): readonly number[] {
  return Array.from({ length: Math.ceil(features / (4 * chunk)) }, (_, c) => c)
}

/** A function that gives a quad of a matrix, zeros where there is none. */
export function loader({ name, rows, features }: HeadMatrix): string {
  const quads = Math.ceil(features / 4)
  const { width } = packedType(features)
  const quad =
    width === 4
      ? `return ${name}[(head * ${rows}u + row) * ${quads}u + quad];`
      : `let at = (head * ${rows}u + row) * ${features}u + quad * 4u;
  var found = vec4<f32>();
  for (var k = 0u; k < 4u; k++) {
    if (quad * 4u + k < ${features}u) { found[k] = ${name}[at + k]; }
  }
  return found;`
  return `fn load_${name}(head: u32, row: u32, quad: u32) -> vec4<f32> {
  if (row >= ${rows}u || quad >= ${quads}u) { return vec4<f32>(); }
  ${quad}
}`
}

/** A function that writes a quad of a matrix, where there is one. */
export function storer({ name, rows, features }: HeadMatrix): string {
  const quads = Math.ceil(features / 4)
  const { width } = packedType(features)
  const quad =
    width === 4
      ? `${name}[(head * ${rows}u + row) * ${quads}u + quad] = value;`
      : `let at = (head * ${rows}u + row) * ${features}u + quad * 4u;
  for (var k = 0u; k < 4u; k++) {
    if (quad * 4u + k < ${features}u) { ${name}[at + k] = value[k]; }
  }`
  return `fn store_${name}(head: u32, row: u32, quad: u32, value: vec4<f32>) {
  if (row >= ${rows}u || quad >= ${quads}u) { return; }
  ${quad}
}`
}
