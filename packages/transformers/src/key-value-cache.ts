import {
  add,
  arange,
  cast,
  dynamicUpdateSlice,
  full,
  gather,
  greaterEqual,
  lessEqual,
  max,
  maximum,
  mul,
  Parameter,
  pad,
  reshape,
  type Shape,
  scope,
  slice,
  sub,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import type { ModelInputs } from './inputs.js'

/** What a cache has to know of a model. */
export interface KeyValueSizes {
  readonly numLayers: number
  readonly numKeyValueHeads: number
  readonly headSize: number
}

export interface KeyValueCacheOptions {
  /** Places for tokens in each row. */
  readonly capacity: number
  /** Texts side by side. Default 1. */
  readonly batchSize?: number
}

/** What a model's layers need to know of the tokens that come next. */
export interface CacheStep {
  /** Places in the cache; no position is beyond them. */
  readonly capacity: number
  /** Where each token stands in its own text, int32 `[B, T]`; 0 for padding. */
  readonly positions: Tensor
  /** int32 or bool `[B, S]`: which of the keys that `append` gives belong to the row's text; undefined for all. */
  readonly keyMask: Tensor | undefined
  readonly layers: readonly CachedLayer[]
  /** `[B, T, hidden]` → `[B, 1, hidden]`: of each text's last token. */
  last(hiddenStates: Tensor): Tensor
}

/** One layer's part of a step. */
export interface CachedLayer {
  /** Adds the tokens' keys and values `[B, K, T, D]`; gives those that they attend to, `[B, K, S, D]`. */
  append(keys: Tensor, values: Tensor): readonly [keys: Tensor, values: Tensor]
}

/**
 * Keys and values of every layer for a batch of texts of up to `capacity` tokens, so that a further token of each
 * costs one position. They are parameters, all of one shape whatever the texts' lengths: a compiled step is the same
 * for every token, and writes where they are.
 *
 * All texts end at the same place: shorter ones begin later, so that the next token of every row goes to one place
 * and is written in one stroke. (Were they padded on the right, each row would be written at a place of its own.)
 * What stands before a text is masked; its positions count from its own first token.
 *
 * Axes: B texts, T tokens that come in, S places that they attend to, K key/value heads, D numbers per head.
 */
export class KeyValueCache {
  readonly capacity: number
  readonly batchSize: number
  /** The place after the last token, int32 `[]`. */
  readonly #end = zeroed([], 'int32')
  /** The place of each text's first token, int32 `[B, 1]`. */
  readonly #starts: Parameter
  readonly #layers: readonly { readonly keys: Parameter; readonly values: Parameter }[]

  constructor(
    { numLayers, numKeyValueHeads, headSize }: KeyValueSizes,
    { capacity, batchSize = 1 }: KeyValueCacheOptions,
  ) {
    const shape = [batchSize, numKeyValueHeads, capacity, headSize]
    this.capacity = capacity
    this.batchSize = batchSize
    this.#starts = zeroed([batchSize, 1], 'int32')
    this.#layers = Array.from({ length: numLayers }, () => ({
      keys: zeroed(shape, 'float32'),
      values: zeroed(shape, 'float32'),
    }))
  }

  /**
   * Takes in one token of each text after those that are there, or several that begin all texts anew. Where texts
   * begin, `attentionMask` says where each one stands: all end at the same token; there may be padding behind, over
   * which later tokens are written.
   */
  next({ inputIds, attentionMask }: ModelInputs): CacheStep {
    const T = inputIds.shape[1]!
    const begins = T > 1 || this.capacity === 1
    return begins ? this.#begin(T, attentionMask) : this.#continue()
  }

  #begin(T: number, attentionMask: Tensor | undefined): CacheStep {
    const { batchSize } = this
    const places = arange(T) as Tensor
    let starts = full([batchSize, 1], 0, { dtype: 'int32' }) as Tensor
    let end = full([], T, { dtype: 'int32' }) as Tensor
    if (attentionMask) {
      // The first place that is kept is the one with the most places behind it; the last, with the most before it.
      starts = sub(T, max(mul(attentionMask, sub(T, places)), { axes: [1], keepDims: true }))
      end = max(mul(attentionMask, add(places, 1)))
    }
    this.#starts.assign(starts)
    this.#end.assign(end)
    const zero = full([], 0, { dtype: 'int32' }) as Tensor
    return {
      capacity: this.capacity,
      positions: maximum(sub(reshape(places, [1, T]), starts), 0),
      keyMask: attentionMask,
      layers: this.#writing(zero, (own) => own),
      last: (x) =>
        attentionMask
          ? gather(x, reshape(sub(end, 1), [1]) as Tensor<Shape, 'int32'>, { axis: 1 })
          : slice(x, [0, T - 1, 0], [x.shape[0]!, 1, x.shape[2]!]),
    }
  }

  #continue(): CacheStep {
    const place = this.#end.value
    const starts = this.#starts.value
    this.#end.assign(add(place, 1))
    const places = reshape(arange(this.capacity) as Tensor, [1, this.capacity])
    return {
      capacity: this.capacity,
      positions: sub(place, starts),
      keyMask: mul(
        cast(greaterEqual(places, starts), 'int32'),
        cast(lessEqual(places, place), 'int32'),
      ) as Tensor,
      layers: this.#writing(place, (_own, all) => all),
      last: (x) => x,
    }
  }

  /** Layers that write at a place, and attend to what has just come or to all that is there. */
  #writing(place: Tensor, attended: (own: Tensor, all: Tensor) => Tensor): CachedLayer[] {
    return this.#layers.map(({ keys, values }) => ({
      append: (k, v) => {
        keys.assign(dynamicUpdateSlice(keys.value, k, place, { axis: 2 }))
        values.assign(dynamicUpdateSlice(values.value, v, place, { axis: 2 }))
        return [attended(k, keys.value), attended(v, values.value)]
      },
    }))
  }

  /** Takes over the contents of some rows, in that order, of a cache of no larger capacity. */
  takeOver(source: KeyValueCache, rows: readonly number[]): void {
    scope(() => {
      const chosen = tensor(Int32Array.from(rows)) as Tensor<Shape, 'int32'>
      const enlarged = ({ value }: Parameter): Tensor =>
        pad(gather(value, chosen), [0, 0, 0, 0], [0, 0, this.capacity - source.capacity, 0])
      this.#end.assign(source.#end.value)
      this.#starts.assign(gather(source.#starts.value, chosen))
      for (const [i, { keys, values }] of source.#layers.entries()) {
        this.#layers[i]!.keys.assign(enlarged(keys))
        this.#layers[i]!.values.assign(enlarged(values))
      }
    })
  }
}

function zeroed(shape: Shape, dtype: 'float32' | 'int32'): Parameter {
  return new Parameter({ shape, dtype, trainable: false }, 'zeros') as Parameter
}
