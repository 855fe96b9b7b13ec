import type { Lowering } from '../../kernel.js'
import type { Block } from '../../program/block.js'
import { type PackedType, packedType } from '../../wgsl/packed-type.js'
import { wantedWorkgroups } from '../wanted-workgroups.js'
import { type Factor, loadFour, type Product, vec4 } from './product.js'

/**
 * A workgroup of `side` × `side` invocations makes a square of the product. Each of them has `blocks` × `blocks`
 * squares of 4 × 4 numbers in registers; squares of neighbours are neighbours in memory.
 */
interface Tile {
  readonly side: number
  readonly blocks: number
}

/** The largest first: the larger, the fewer times a number is read. */
const tiles: readonly Tile[] = [
  { side: 16, blocks: 2 },
  { side: 16, blocks: 1 },
  { side: 8, blocks: 1 },
]

/** How much of k is in workgroup memory at once: the largest tile then takes 16 KiB, which every device has. */
const deepest = 16
/** The shortest part of k that is worth a sum of its own, and the most parts that are added up. */
const shortestPart = 128
const mostParts = 64
/** A tile is too large where it makes the product so many times as large. */
const mostPadding = 1.25

interface Plan {
  readonly tile: Tile
  /** In how many parts k is cut; each workgroup sums one, and the parts' sums are added in their order. */
  readonly parts: number
}

const sideOf = ({ side, blocks }: Tile): number => 4 * side * blocks

/**
 * The largest tile of which there are enough, and the parts of k. Parts cost that their sums are written and read
 * again, so k is cut only where no tile is small enough.
 */
export function planOf({ m, n, k, batches }: Pick<Product, 'm' | 'n' | 'k' | 'batches'>): Plan {
  const squares = (tile: Tile): number => Math.ceil(m / sideOf(tile)) * Math.ceil(n / sideOf(tile))
  const mostPartsOf = (tile: Tile): number => {
    const wanted = Math.floor(wantedWorkgroups / (batches * squares(tile)))
    return Math.max(1, Math.min(wanted, Math.floor(k / shortestPart), mostParts))
  }
  for (const isCut of [false, true]) {
    for (const tile of tiles) {
      const parts = isCut ? mostPartsOf(tile) : 1
      const fits = squares(tile) * sideOf(tile) ** 2 <= mostPadding * m * n
      if (fits && 2 * batches * squares(tile) * parts >= wantedWorkgroups) return { tile, parts }
    }
  }
  const smallest = tiles.at(-1)!
  return { tile: smallest, parts: mostPartsOf(smallest) }
}

/** The product from tiles in workgroup memory. */
export function lowerTiled(product: Product, lowering: Lowering): void {
  const { m, n, batches, output } = product
  const { tile, parts } = planOf(product)
  if (parts === 1) {
    lowerSums(product, tile, 1, output, lowering)
    return
  }
  const count = batches * m * n
  const sums = lowering.workspace(4 * parts * count)
  lowerSums(product, tile, parts, sums, lowering)
  const names = Array.from({ length: parts }, (_, part) => `part${part}`)
  lowering.elementwise({
    name: `${product.name}, the sum of ${parts} parts`,
    count,
    inputs: Object.fromEntries(
      names.map((name, part) => [
        name,
        { block: sums, type: 'f32', at: (i: string) => `${part * count}u + ${i}` },
      ]),
    ),
    output: { block: output, type: 'f32' },
    value: (inputs) => names.map((name) => inputs[name]).join(' + '),
  })
}

/** Into `output`, `[parts, batches, m, n]`: the sums over each part of k. */
function lowerSums(product: Product, tile: Tile, parts: number, output: Block, lowering: Lowering): void {
  const { m, n, k, batches, a, b } = product
  const { side, blocks } = tile
  const size = sideOf(tile)
  const invocations = side ** 2
  const depth = Math.min(deepest, Math.max(4, 4 * Math.ceil(k / 4)))
  const tileRows = Math.ceil(m / size)
  const tileColumns = Math.ceil(n / size)
  const outputType = packedType(n).type
  const typeA = packedType(a.linewise ? k : m).type
  const typeB = packedType(b.linewise ? k : n).type
  const range = [...Array(blocks).keys()]
  const components = ['x', 'y', 'z', 'w']
  /** For each of an invocation's rows: the block that it is in, and its place there. */
  const rows = range.flatMap((block) => components.map((component, row) => ({ block, component, row })))
  const sum = (block: number, row: number, column: number) => `sum_${4 * block + row}_${column}`
  lowering.dispatch({
    name: product.name,
    reads: {
      a: { block: a.block, type: typeA },
      b: { block: b.block, type: typeB },
    },
    writes: { output: { block: output, type: outputType } },
    workgroups: parts * batches * tileRows * tileColumns,
    workgroupSize: [side, side, 1],
    sizes: {
      m,
      n,
      k,
      batches,
      part_length: depth * Math.ceil(k / (depth * parts)),
      tile_rows: tileRows,
      tile_columns: tileColumns,
    },
    declarations: `${declarePlace(size)}
${declareTile({ name: 'a', factor: a, lines: 'sizes.m', type: typeA, size, depth, invocations })}
${declareTile({ name: 'b', factor: b, lines: 'sizes.n', type: typeB, size, depth, invocations })}
fn store_four(start: u32, row: u32, column: u32, four: ${vec4}) {
  if (row >= sizes.m || column >= sizes.n) { return; }
  let i = start + row * sizes.n + column;
  ${
    outputType === vec4
      ? `var finished: ${vec4};
  for (var c = 0u; c < 4u; c++) { finished[c] = finish(four[c], i + c); }
  output[i / 4u] = finished;`
      : `for (var c = 0u; c < min(4u, sizes.n - column); c++) { output[i + c] = finish(four[c], i + c); }`
  }
}`,
    body: `let tile_row = flat_group / sizes.tile_columns;
  let matrix = tile_row / sizes.tile_rows;
  let part = matrix / sizes.batches;
  let batch = matrix % sizes.batches;
  let first_row = tile_row % sizes.tile_rows * ${size}u;
  let first_column = flat_group % sizes.tile_columns * ${size}u;
  let start_a = ${a.start('batch')};
  let start_b = ${b.start('batch')};
  ${rows.flatMap(({ block, row }) => range.map((column) => `var ${sum(block, row, column)} = ${vec4}();`)).join('\n  ')}
  let end = min(sizes.k, (part + 1u) * sizes.part_length);
  for (var p_first = part * sizes.part_length; p_first < end; p_first += ${depth}u) {
    fill_a(lane, start_a, first_row, p_first);
    fill_b(${invocations - 1}u - lane, start_b, first_column, p_first);
    workgroupBarrier();
    for (var p = 0u; p < ${depth}u; p++) {
      ${range.map((block) => `let a${block} = tile_a[place(p, ${block * side}u + local.y)];`).join('\n      ')}
      ${range.map((block) => `let b${block} = tile_b[place(p, ${block * side}u + local.x)];`).join('\n      ')}
      ${rows.flatMap(({ block, component, row }) => range.map((column) => `${sum(block, row, column)} += a${block}.${component} * b${column};`)).join('\n      ')}
    }
    workgroupBarrier();
  }
  let start = matrix * sizes.m * sizes.n;
  let row = first_row + 4u * local.y;
  let column = first_column + 4u * local.x;
  var sums = array<${vec4}, ${4 * blocks ** 2}>(${rows.flatMap(({ block, row }) => range.map((column) => sum(block, row, column))).join(', ')});
  for (var s = 0u; s < ${4 * blocks ** 2}u; s++) {
    let down = s / ${blocks}u;
    store_four(start, row + down / 4u * ${4 * side}u + down % 4u, column + s % ${blocks}u * ${4 * side}u, sums[s]);
  }`,
    epilogue: { output: 'output', count: parts * batches * m * n },
  })
}

/**
 * In WGSL: where in a tile the numbers of lines `4q … 4q + 3` at p are. Each p has a row, in which the places of eight
 * are exchanged: workgroup memory serves eight of them at once from different banks, and where four p are filled side
 * by side their rows would meet in the same banks.
 */
function declarePlace(size: number): string {
  return `fn place(p: u32, q: u32) -> u32 { return p * ${size / 4}u + (q ^ (p / 4u * 2u)); }`
}

/**
 * In WGSL: a tile of a factor in workgroup memory, and the function that fills it. What is stored linewise is turned
 * on the way, four by four in registers.
 */
function declareTile({
  name,
  factor,
  lines,
  type,
  size,
  depth,
  invocations,
}: {
  readonly name: string
  readonly factor: Factor
  /** In WGSL: how many lines the factor has. */
  readonly lines: string
  readonly type: PackedType
  readonly size: number
  readonly depth: number
  readonly invocations: number
}): string {
  const fours = size / 4
  const store = (p: string, q: string): string => `tile_${name}[place(${p}, ${q})]`
  const fill = factor.linewise
    ? `for (var job = worker; job < ${(fours * depth) / 4}u; job += ${invocations}u) {
    let q = job / ${depth / 4}u;
    let p = job % ${depth / 4}u * 4u;
    let line = first_line + 4u * q;
    ${[0, 1, 2, 3].map((i) => `let line${i} = load_${name}(start, line + ${i}u, p_first + p);`).join('\n    ')}
    ${[0, 1, 2, 3].map((i) => `${store(`p + ${i}u`, 'q')} = ${vec4}(line0[${i}], line1[${i}], line2[${i}], line3[${i}]);`).join('\n    ')}
  }`
    : `for (var job = worker; job < ${fours * depth}u; job += ${invocations}u) {
    let p = job / ${fours}u;
    let q = job % ${fours}u;
    ${store('p', 'q')} = load_${name}(start, p_first + p, first_line + 4u * q);
  }`
  return `var<workgroup> tile_${name}: array<${vec4}, ${fours * depth}>;
${factor.linewise ? loadFour(name, lines, 'sizes.k', type) : loadFour(name, 'sizes.k', lines, type)}
fn fill_${name}(worker: u32, start: u32, first_line: u32, p_first: u32) {
  ${fill}
}`
}
