import {
  add,
  arange,
  dynamicUpdateSlice,
  full,
  lessEqual,
  Parameter,
  pad,
  reshape,
  type Shape,
  sizeOf,
  type Tensor,
} from '@gyre/tensor'
import type { LlamaConfig } from './llama.js'

/** What a model's layers need to know of the tokens that come next. */
export interface CacheStep {
  /** Where the tokens stand in the text, int32 `[T]`. */
  readonly positions: Tensor
  /** bool `[1, S]`: which of the keys that `append` gives are there; undefined for all. */
  readonly keyMask: Tensor | undefined
  readonly layers: readonly CachedLayer[]
}

/** One layer's part of a step. */
export interface CachedLayer {
  /** Adds the tokens' keys and values `[1, K, T, D]`; gives those that they attend to, `[1, K, S, D]`. */
  append(keys: Tensor, values: Tensor): readonly [keys: Tensor, values: Tensor]
}

/**
 * Keys and values of every layer for one text of up to `capacity` tokens, so that a further token costs one position.
 * They are parameters, all of one shape whatever the text's length: a compiled step is the same for every token, and
 * writes where they are.
 */
export class KeyValueCache {
  readonly capacity: number
  readonly #config: LlamaConfig
  /** Tokens in the cache. */
  readonly #length = zeroed([], 'int32')
  readonly #layers: readonly { readonly keys: Parameter; readonly values: Parameter }[]

  constructor(config: LlamaConfig, capacity: number) {
    const { hiddenSize, numAttentionHeads, numKeyValueHeads, numHiddenLayers } = config
    const shape = [1, numKeyValueHeads, capacity, hiddenSize / numAttentionHeads]
    this.capacity = capacity
    this.#config = config
    this.#layers = Array.from({ length: numHiddenLayers }, () => ({
      keys: zeroed(shape, 'float32'),
      values: zeroed(shape, 'float32'),
    }))
  }

  /** Takes in one token after those that are there, or several that begin a text anew. */
  next(T: number): CacheStep {
    const { capacity } = this
    const begins = T > 1 || capacity === 1
    const first = begins ? (full([], 0, { dtype: 'int32' }) as Tensor) : this.#length.value
    this.#length.assign(add(first, T))
    return {
      positions: add(arange(T) as Tensor, first),
      // Tokens that begin a text attend to each other; a later one also to those before it, and to no empty place.
      keyMask: begins ? undefined : reshape(lessEqual(arange(capacity) as Tensor, first), [1, capacity]),
      layers: this.#layers.map(({ keys, values }) => ({
        append: (k, v) => {
          keys.assign(dynamicUpdateSlice(keys.value, k, first, { axis: 2 }))
          values.assign(dynamicUpdateSlice(values.value, v, first, { axis: 2 }))
          return begins ? [k, v] : [keys.value, values.value]
        },
      })),
    }
  }

  /** A cache of a larger capacity with the same contents. */
  grown(capacity: number): KeyValueCache {
    const larger = new KeyValueCache(this.#config, capacity)
    const enlarged = ({ value }: Parameter): Tensor =>
      pad(value, [0, 0, 0, 0], [0, 0, capacity - this.capacity, 0])
    larger.#length.assign(this.#length.value)
    for (const [i, { keys, values }] of this.#layers.entries()) {
      larger.#layers[i]!.keys.assign(enlarged(keys))
      larger.#layers[i]!.values.assign(enlarged(values))
    }
    return larger
  }
}

function zeroed(shape: Shape, dtype: 'float32' | 'int32'): Parameter {
  const zeros = dtype === 'int32' ? Int32Array : Float32Array
  return new Parameter({ shape, dtype, trainable: false }, () => new zeros(sizeOf(shape))) as Parameter
}
