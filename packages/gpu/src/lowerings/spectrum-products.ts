import type { Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'

const workgroupSize = 64

/** Blocks of each side whose products an invocation has in its registers. */
const tile = 4

/** Invocations that keep a device busy; where products are fewer, the pairs are cut into parts. */
const enoughInvocations = 65_536

/** Pairs of rows that are worth a part of their own, and those that may be added up one after the other. */
const leastPairsOfPart = 16
const mostPairsOfPart = 1024

/**
 * For each frequency f and blocks i and j: sums[part, i, j, f] = Σ a[pair, i, f] conj(b[pair, j, f]) over the pairs of
 * a part. The parts are cut by the shapes alone, so that their sum is the same on every device.
 */
export function lowerSpectrumProducts(
  a: Block,
  b: Block,
  { pairs, q, k, p }: { readonly pairs: number; readonly q: number; readonly k: number; readonly p: number },
  lowering: Lowering,
): { readonly sums: Block; readonly parts: number } {
  const [tileQ, tileK] = [Math.min(tile, q), Math.min(tile, k)]
  const [tilesQ, tilesK] = [Math.ceil(q / tileQ), Math.ceil(k / tileK)]
  const ofPart = tilesQ * tilesK * p
  const wanted = Math.ceil(enoughInvocations / ofPart)
  const partPairs = Math.min(mostPairsOfPart, Math.max(leastPairsOfPart, Math.ceil(pairs / wanted)))
  const parts = Math.max(1, Math.ceil(pairs / partPairs))
  const count = parts * ofPart
  const sums = lowering.workspace(8 * parts * q * k * p)
  const rowsOfTile = Array.from({ length: tileQ }, (_, i) => i)
  const columnsOfTile = Array.from({ length: tileK }, (_, j) => j)
  // A tile at the end holds blocks again that are beyond it: their products are computed, and not stored.
  const each = (text: (i: number, j: number) => string) =>
    rowsOfTile.flatMap((i) => columnsOfTile.map((j) => text(i, j))).join('\n    ')
  lowering.dispatch({
    name: 'circulant products over rows',
    reads: { a: { block: a, type: 'vec2<f32>' }, b: { block: b, type: 'vec2<f32>' } },
    writes: { sums: { block: sums, type: 'vec2<f32>' } },
    sizes: { pairs, q, k, p, tilesQ, tilesK, partPairs, count },
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    body: `let index = flat_group * ${workgroupSize}u + lane;
  if (index >= sizes.count) { return; }
  let f = index % sizes.p;
  var rest = index / sizes.p;
  let first_j = rest % sizes.tilesK * ${tileK}u;
  rest /= sizes.tilesK;
  let first_i = rest % sizes.tilesQ * ${tileQ}u;
  let part = rest / sizes.tilesQ;
  ${rowsOfTile.map((i) => `let at_a${i} = min(first_i + ${i}u, sizes.q - 1u) * sizes.p + f;`).join('\n  ')}
  ${columnsOfTile.map((j) => `let at_b${j} = min(first_j + ${j}u, sizes.k - 1u) * sizes.p + f;`).join('\n  ')}
  ${each((i, j) => `var sum${i}_${j} = vec2<f32>();`)}
  let end = min(sizes.pairs, (part + 1u) * sizes.partPairs);
  for (var pair = part * sizes.partPairs; pair < end; pair++) {
    let row_a = pair * sizes.q * sizes.p;
    let row_b = pair * sizes.k * sizes.p;
    ${rowsOfTile.map((i) => `let a${i} = a[row_a + at_a${i}];`).join('\n    ')}
    ${columnsOfTile.map((j) => `let b${j} = b[row_b + at_b${j}];`).join('\n    ')}
    ${each((i, j) => `sum${i}_${j} += a${i} * b${j}.x + vec2<f32>(a${i}.y, -a${i}.x) * b${j}.y;`)}
  }
  ${each((i, j) => {
    const block = `((part * sizes.q + first_i + ${i}u) * sizes.k + first_j + ${j}u)`
    const store = `sums[${block} * sizes.p + f] = sum${i}_${j};`
    return `if (first_i + ${i}u < sizes.q && first_j + ${j}u < sizes.k) { ${store} }`
  })}`,
  })
  return { sums, parts }
}
