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
  const blockOf = (first: string, i: number, blocks: number, size: number) =>
    blocks % size === 0 ? `(${first} + ${i}u)` : `min(${first} + ${i}u, ${blocks - 1}u)`
  const each = (text: (i: number, j: number) => string) =>
    rowsOfTile.flatMap((i) => columnsOfTile.map((j) => text(i, j))).join('\n    ')
  lowering.dispatch({
    name: 'circulant products over rows',
    reads: { a: { block: a, type: 'vec2<f32>' }, b: { block: b, type: 'vec2<f32>' } },
    writes: { sums: { block: sums, type: 'vec2<f32>' } },
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    body: `let index = flat_group * ${workgroupSize}u + lane;
  if (index >= ${count}u) { return; }
  let f = index % ${p}u;
  let first_j = index / ${p}u % ${tilesK}u * ${tileK}u;
  let first_i = index / ${p * tilesK}u % ${tilesQ}u * ${tileQ}u;
  let part = index / ${ofPart}u;
  ${rowsOfTile.map((i) => `let at_a${i} = ${blockOf('first_i', i, q, tileQ)} * ${p}u + f;`).join('\n  ')}
  ${columnsOfTile.map((j) => `let at_b${j} = ${blockOf('first_j', j, k, tileK)} * ${p}u + f;`).join('\n  ')}
  ${each((i, j) => `var sum${i}_${j} = vec2<f32>();`)}
  let end = min(${pairs}u, (part + 1u) * ${partPairs}u);
  for (var pair = part * ${partPairs}u; pair < end; pair++) {
    ${rowsOfTile.map((i) => `let a${i} = a[pair * ${q * p}u + at_a${i}];`).join('\n    ')}
    ${columnsOfTile.map((j) => `let b${j} = b[pair * ${k * p}u + at_b${j}];`).join('\n    ')}
    ${each((i, j) => `sum${i}_${j} += a${i} * b${j}.x + vec2<f32>(a${i}.y, -a${i}.x) * b${j}.y;`)}
  }
  ${each((i, j) => {
    const block = `((part * ${q}u + first_i + ${i}u) * ${k}u + first_j + ${j}u)`
    const beyond = [
      ...(q % tileQ === 0 ? [] : [`first_i + ${i}u < ${q}u`]),
      ...(k % tileK === 0 ? [] : [`first_j + ${j}u < ${k}u`]),
    ]
    const store = `sums[${block} * ${p}u + f] = sum${i}_${j};`
    return beyond.length === 0 ? store : `if (${beyond.join(' && ')}) { ${store} }`
  })}`,
  })
  return { sums, parts }
}
