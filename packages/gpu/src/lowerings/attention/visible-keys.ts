import { elementType } from '../../data-on-device.js'
import type { Located, Lowering } from '../../kernel.js'
import type { Binding } from '../../program/step.js'
import { reductionOverTeam } from '../../wgsl/rows.js'
import type { Tiles } from './tiles.js'

/** Sizes as the kernels see them: the query heads of a group are one tall matrix for their common key head. */
export interface Sizes {
  /** Key heads of all batch entries. */
  readonly heads: number
  /** Key heads of one. */
  readonly keyHeads: number
  /** Queries of a group. */
  readonly rows: number
  readonly queries: number
  readonly keys: number
  readonly features: number
}

export interface VisibleKeys {
  /** Bindings that the functions read. */
  readonly reads: { readonly [name: string]: Binding }
  /**
   * In WGSL: `seen_keys(row)`, how many keys, from the first on, a query sees, masked or not; `seen_by_tile(row)`, how
   * many some query of the tile from that row on sees; and `sees(head, row, key)`, false also outside the matrices.
   */
  readonly declarations: string
}

/** Which keys queries attend to; a query for which all that it sees are masked attends as if none were. */
export function visibleKeys(
  lowering: Lowering,
  { heads, keyHeads, rows, queries, keys }: Sizes,
  causal: boolean,
  keyMask: Located | undefined,
  tiles: Tiles,
): VisibleKeys {
  const masks = keyMask && noteKeptKeys(lowering, keyMask, heads / keyHeads, keys)
  const masked = `let entry = head / ${keyHeads}u * ${keys + 1}u;
  return kept[entry] >= count || kept[entry + 1u + key] != 0u;`
  const last = `let last = min(row + ${tiles.size - 1}u, ${rows - 1}u);
  return select(${keys}u, seen_keys(last), row / ${queries}u == last / ${queries}u);`
  return {
    reads: masks ? { kept: masks } : {},
    declarations: `fn seen_keys(row: u32) -> u32 { return ${causal ? `row % ${queries}u + ${1 + keys - queries}u` : `${keys}u`}; }
fn seen_by_tile(row: u32) -> u32 {
  ${causal ? last : `return ${keys}u;`}
}
fn sees(head: u32, row: u32, key: u32) -> bool {
  let count = seen_keys(row);
  if (row >= ${rows}u || key >= count) { return false; }
  ${masks ? masked : 'return true;'}
}`,
  }
}

/** For each batch entry the first key that its mask keeps, and then the mask. */
function noteKeptKeys(lowering: Lowering, keyMask: Located, batch: number, keys: number): Binding {
  const kept = { block: lowering.workspace(4 * batch * (keys + 1)), type: 'u32' } as const
  const workgroupSize = 64
  const least = { name: 'least', type: 'u32', combine: (a: string, b: string) => `min(${a}, ${b})` } as const
  const type = elementType(keyMask.dtype)
  lowering.dispatch({
    name: 'attention: kept keys',
    reads: { key_mask: { block: keyMask.block, type } },
    writes: { kept },
    workgroups: batch,
    workgroupSize,
    declarations: reductionOverTeam(least, { team: workgroupSize, workgroupSize }),
    body: `let entry = flat_group * ${keys + 1}u;
  var own = ${keys}u;
  for (var key = lane; key < ${keys}u; key += ${workgroupSize}u) {
    let keeps = key_mask[flat_group * ${keys}u + key] != ${type}(0);
    kept[entry + 1u + key] = u32(keeps);
    if (keeps) { own = min(own, key); }
  }
  let first = least(lane, own);
  if (lane == 0u) { kept[entry] = first; }`,
  })
  return kept
}
