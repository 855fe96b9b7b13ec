import type { Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'
import type { Dispatch } from '../program/step.js'
import { packedType } from '../wgsl/packed-type.js'

/** A workgroup's columns, and its invocations for each of them. */
const tile = 16
const workgroupSize = tile * 16
/** Rows that a workgroup adds. */
const rowsOfBlock = 128

/**
 * Adds up the rows of a matrix whose elements `term` gives in WGSL, for an element's place `i`, its `row` and its
 * `column`, counted as `packedType(features)` packs them: workgroups add blocks of rows, and then the blocks' sums
 * are added, in the same order every time.
 */
export function addRows(
  lowering: Lowering,
  { name, rows, features }: { readonly name: string; readonly rows: number; readonly features: number },
  reads: Dispatch['reads'],
  term: string,
  output: Block,
): void {
  const { type, width } = packedType(features)
  const columns = features / width
  const tiles = Math.ceil(columns / tile)
  const blocks = Math.max(1, Math.ceil(rows / rowsOfBlock))
  const sums = blocks === 1 ? output : lowering.workspace(4 * blocks * features)
  lowering.dispatch({
    name,
    reads,
    writes: { sums: { block: sums, type } },
    workgroups: tiles * blocks,
    workgroupSize,
    declarations: `var<workgroup> parts: array<${type}, ${workgroupSize}>;`,
    body: `let block = flat_group / ${tiles}u;
  let column = flat_group % ${tiles}u * ${tile}u + lane % ${tile}u;
  let end = min((block + 1u) * ${rowsOfBlock}u, ${rows}u);
  var total = ${type}();
  if (column < ${columns}u) {
    for (var row = block * ${rowsOfBlock}u + lane / ${tile}u; row < end; row += ${workgroupSize / tile}u) {
      let i = row * ${columns}u + column;
      total += ${term};
    }
  }
  parts[lane] = total;
  for (var half = ${workgroupSize / 2}u; half >= ${tile}u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { parts[lane] += parts[lane + half]; }
  }
  if (lane < ${tile}u && column < ${columns}u) { sums[block * ${columns}u + column] = parts[lane]; }`,
  })
  if (blocks > 1) {
    addRows(lowering, { name, rows: blocks, features }, { rows: { block: sums, type } }, 'rows[i]', output)
  }
}
