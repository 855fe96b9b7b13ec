import type { Block } from '../../program/block.js'
import type { Binding } from '../../program/step.js'
import { packedType } from '../../wgsl/packed-type.js'

// The kernels of attention go through the matrix of scores in tiles: products of 32 rows with 32 others, and sums of
// 32 rows with the weights that these products give. A workgroup's 64 invocations stand in a square, `down` and
// `across`; each has the 4 × 4 elements of a tile that are 8 apart, so that neighbours read neighbouring banks.

/** Rows and columns of a tile. */
export const tile = 32
export const workgroupSize = 64
/** Quads, of four features each, that are in the workgroup's memory at once. */
const chunk = 8
/** A row of a chunk there; one more than its quads, so that rows start in different banks. */
const chunkRow = chunk + 1
/** A row of weights there. */
const weightsRow = tile + 1
/** Loops that compilers unroll: arrays indexed by them stay in registers. */
const eachRow = 'for (var r = 0u; r < 4u; r++)'
const eachColumn = 'for (var c = 0u; c < 4u; c++)'

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

/** What all kernels on tiles declare. */
export const tileMemory = `var<workgroup> left: array<vec4<f32>, ${tile * chunkRow}>;
var<workgroup> right: array<vec4<f32>, ${tile * chunkRow}>;
var<workgroup> weights: array<f32, ${tile * weightsRow}>;`

/** `head`, the `first_row` of the workgroup's tile, and the invocation's place in the square. */
export function beginTile(rows: number): string {
  const tiles = Math.ceil(rows / tile)
  return `let head = flat_group / ${tiles}u;
  let first_row = flat_group % ${tiles}u * ${tile}u;
  let down = lane / 8u;
  let across = lane % 8u;`
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

function loadChunk(
  into: 'left' | 'right',
  { name }: HeadMatrix,
  firstRow: string,
  firstQuad: string,
): string {
  return `for (var j = lane; j < ${tile * chunk}u; j += ${workgroupSize}u) {
      ${into}[j / ${chunk}u * ${chunkRow}u + j % ${chunk}u] = load_${name}(head, ${firstRow} + j / ${chunk}u, ${firstQuad} + j % ${chunk}u);
    }`
}

/**
 * The products of the workgroup's rows of one matrix with a tile's rows of another, as the array `into`: of row
 * `down + 8 r`, its element r, component c is the product with row `across + 8 c`.
 */
export function products(into: string, rows: HeadMatrix, columns: HeadMatrix, firstColumn: string): string {
  const quads = Math.ceil(rows.features / 4)
  // Zeros are written out: in a loop, SwiftShader keeps what a variable without a value had before.
  return `var ${into} = array<vec4<f32>, 4>();
  for (var quad = 0u; quad < ${quads}u; quad += ${chunk}u) {
    workgroupBarrier();
    ${loadChunk('left', rows, 'first_row', 'quad')}
    ${loadChunk('right', columns, firstColumn, 'quad')}
    workgroupBarrier();
    let loaded = min(${chunk}u, ${quads}u - quad);
    for (var k = 0u; k < loaded; k++) {
      var others: array<vec4<f32>, 4>;
      ${eachColumn} { others[c] = right[(across + 8u * c) * ${chunkRow}u + k]; }
      ${eachRow} {
        let own = left[(down + 8u * r) * ${chunkRow}u + k];
        ${into}[r] += vec4<f32>(dot(own, others[0]), dot(own, others[1]), dot(own, others[2]), dot(own, others[3]));
      }
    }
  }`
}

/**
 * Gives each of the invocation's elements a weight, in WGSL, for its place in the matrix of scores; products are there
 * as `array[r][c]`.
 */
export function setWeights(firstColumn: string, weight: (row: string, column: string) => string): string {
  return `${eachRow} {
      ${eachColumn} {
        ${weightAt('(down + 8u * r)', 'across + 8u * c')} = ${weight('first_row + down + 8u * r', `${firstColumn} + across + 8u * c`)};
      }
    }`
}

/** The place of the weight in `row` and `column` of a tile. */
export function weightAt(row: string, column: string): string {
  return `weights[${row} * ${weightsRow}u + ${column}]`
}

/** Sums of a matrix's rows, for the workgroup's rows: the invocation's parts of them, in arrays. */
export class WeightedSums {
  readonly #matrix: HeadMatrix
  readonly #chunks: readonly number[]

  constructor(matrix: HeadMatrix) {
    this.#matrix = matrix
    this.#chunks = Array.from({ length: Math.ceil(matrix.features / (4 * chunk)) }, (_, i) => i)
  }

  declare(): string {
    return this.#chunks.map((c) => `var sum${c}: array<vec4<f32>, 4>;`).join('\n  ')
  }

  /** Multiplies the sums of each row by a factor of it, in WGSL. */
  scale(factor: (row: string) => string): string {
    const statements = this.#chunks.map((c) => `sum${c}[r] *= factor;`).join(' ')
    return `${eachRow} { let factor = ${factor('down + 8u * r')}; ${statements} }`
  }

  /** Adds `count` rows from `firstRow` on, with the tile's weights. */
  add(firstRow: string, count: string): string {
    return this.#chunks
      .map(
        (c) => `workgroupBarrier();
    ${loadChunk('right', this.#matrix, firstRow, `${c * chunk}u`)}
    workgroupBarrier();
    for (var k = 0u; k < ${count}; k++) {
      let quad = right[k * ${chunkRow}u + across];
      ${eachRow} { sum${c}[r] += ${weightAt('(down + 8u * r)', 'k')} * quad; }
    }`,
      )
      .join('\n    ')
  }

  /** Stores them as the workgroup's rows of `output`; needs `storer`. */
  store({ name }: HeadMatrix): string {
    const statements = this.#chunks.map(
      (c) => `store_${name}(head, first_row + down + 8u * r, ${c * chunk}u + across, sum${c}[r]);`,
    )
    return `${eachRow} { ${statements.join(' ')} }`
  }
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
