import type { Data } from './dtype.js'
import { ShapeError } from './errors.js'
import type { DenseArray } from './op.js'
import { formatShape } from './shape.js'
import type { TensorSpec } from './tensor.js'

export type AttentionOptions = {
  /** Query t sees no key after t + (S - T): with T = S, none after itself. */
  readonly causal: boolean
  /** What scores are multiplied by. */
  readonly scale: number
}

export interface AttentionSizes {
  readonly batch: number
  readonly keyHeads: number
  /** Query heads that share one key head. */
  readonly group: number
  readonly queries: number
  readonly keys: number
  readonly features: number
}

/** The sizes of an attention, or a `ShapeError`: query `[B, H, T, D]`, key `[B, H / group, S, D]`. */
export function attentionSizes(query: TensorSpec, key: TensorSpec, causal: boolean): AttentionSizes {
  const operands = `attention: query ${formatShape(query.shape)}, key ${formatShape(key.shape)}`
  if (query.shape.length !== 4 || key.shape.length !== 4) {
    throw new ShapeError(`${operands}; expected [batch, heads, positions, features]`)
  }
  const [batch, heads, queries, features] = query.shape as readonly [number, number, number, number]
  const [keyBatch, keyHeads, keys, keyFeatures] = key.shape as readonly [number, number, number, number]
  if (keyBatch !== batch) throw new ShapeError(`${operands}: batches of ${batch} and ${keyBatch}`)
  if (keyFeatures !== features) {
    throw new ShapeError(`${operands}: queries have ${features} features, keys ${keyFeatures}`)
  }
  if (heads % keyHeads !== 0) {
    throw new ShapeError(`${operands}: ${heads} query heads are no multiple of ${keyHeads} key heads`)
  }
  if (causal && queries > keys) {
    throw new ShapeError(
      `${operands}: causal attention needs a key for each of ${queries} queries, got ${keys}`,
    )
  }
  return { batch, keyHeads, group: heads / keyHeads, queries, keys, features }
}

/** Pairs of a query and a key that are computed: all, or those that causal attention does not exclude. */
export function attentionPairs(sizes: AttentionSizes, causal: boolean): number {
  const { batch, keyHeads, group, queries, keys } = sizes
  // The last query sees all keys, each one before it sees one less.
  const excluded = causal ? (queries * (queries - 1)) / 2 : 0
  return batch * keyHeads * group * (queries * keys - excluded)
}

/**
 * Which keys the queries of one batch entry attend to. Masking a key adds -10⁹ to its scores, which in effect
 * excludes it; but a query for which every key that it sees is masked attends as if none were, since a softmax
 * does not change when the same number is added to all scores.
 */
export class VisibleKeys {
  readonly #keep: Data | undefined
  readonly #firstKept: number
  readonly #sizes: AttentionSizes
  readonly #causal: boolean

  constructor(sizes: AttentionSizes, causal: boolean, keyMask: DenseArray | undefined, batchEntry: number) {
    this.#sizes = sizes
    this.#causal = causal
    const { keys } = sizes
    this.#keep = keyMask?.data.subarray(batchEntry * keys, (batchEntry + 1) * keys)
    this.#firstKept = this.#keep ? this.#keep.findIndex((kept) => kept !== 0) : -1
  }

  /** How many keys, from the first on, query `t` sees, masked or not. */
  count(t: number): number {
    const { queries, keys } = this.#sizes
    return this.#causal ? t + 1 + keys - queries : keys
  }

  /** The mask that holds for query `t`: undefined when there is none, or when it would mask all. */
  maskFor(t: number): Data | undefined {
    return this.#firstKept >= 0 && this.#firstKept < this.count(t) ? this.#keep : undefined
  }
}

/**
 * Turns the products of one query with all keys into its weights, in place: softmax over the first `count` keys
 * that `mask` keeps, 0 for the others. Gives the logarithm of the sum of the exponentials.
 */
export function softmaxRow(row: Float64Array, count: number, mask: Data | undefined, scale: number): number {
  let largest = -Infinity
  for (let s = 0; s < count; s++) {
    if (mask === undefined || mask[s] !== 0) largest = Math.max(largest, row[s]! * scale)
  }
  let total = 0
  for (let s = 0; s < count; s++) {
    row[s] = mask === undefined || mask[s] !== 0 ? Math.exp(row[s]! * scale - largest) : 0
    total += row[s]!
  }
  for (let s = 0; s < count; s++) row[s] = row[s]! / total
  row.fill(0, count)
  return largest + Math.log(total)
}

/** The weights of `softmaxRow` again, in place, from the logarithm that it gave. */
export function weightsRow(
  row: Float64Array,
  count: number,
  mask: Data | undefined,
  scale: number,
  logSumExp: number,
): void {
  for (let s = 0; s < count; s++) {
    row[s] = mask === undefined || mask[s] !== 0 ? Math.exp(row[s]! * scale - logSumExp) : 0
  }
  row.fill(0, count)
}
