import { type Compiled, compile } from '@gyre/graph'
import { OptionError, Rng, type Tensor, tensor } from '@gyre/tensor'
import { longestSequence } from './config.js'
import { KeyValueCache } from './key-value-cache.js'
import type { CausalLanguageModel } from './pretrained-model.js'

export interface GenerateOptions {
  /** How many tokens are added at most. */
  readonly maxNewTokens: number
  /** 0 takes the most likely token each time; above, tokens are drawn from softmax(logits / temperature). */
  readonly temperature?: number
  readonly seed?: number
  /** Generation ends after one of these; default the model's end-of-sequence token. */
  readonly stopTokens?: readonly number[]
  /** Called with every new token and the logits that it was chosen from. */
  readonly onToken?: (token: number, logits: Float32Array) => void
}

/**
 * Continues a prompt; gives the new tokens only. Each costs one position, as long as the text fits into the model's
 * positions; beyond them the last ones are computed anew for every token.
 */
export async function generate(
  model: CausalLanguageModel,
  prompt: ArrayLike<number>,
  { maxNewTokens, temperature = 0, seed = 0, stopTokens, onToken }: GenerateOptions,
): Promise<number[]> {
  if (prompt.length === 0) throw new OptionError('generate: the prompt has no tokens')
  if (!(temperature >= 0 && Number.isFinite(temperature))) {
    throw new OptionError(`generate: temperature is ${temperature}; expected a number of at least 0`)
  }
  const { eosTokenId } = model.config
  const stop = new Set(stopTokens ?? (eosTokenId === undefined ? [] : [eosTokenId]))
  const rng = new Rng(seed)
  const ids = Array.from(prompt)
  const added: number[] = []
  const decoder = new Decoder(model)
  while (added.length < maxNewTokens) {
    const last = (await decoder.logitsAfter(ids).data()) as Float32Array
    if (last.some(Number.isNaN)) throw new OptionError('generate: the model gives logits that are no numbers')
    const token = temperature === 0 ? argmax(last) : draw(last, temperature, rng)
    ids.push(token)
    added.push(token)
    onToken?.(token, last)
    if (stop.has(token)) break
  }
  return added
}

/** The logits after a text that grows by a token at a time. */
class Decoder {
  readonly #model: CausalLanguageModel
  readonly #longest: number
  readonly #logits: Compiled<readonly [inputIds: Tensor, cache: KeyValueCache], Tensor>
  #cache: KeyValueCache
  /** Tokens of the text that are in the cache. */
  #cached = 0

  constructor(model: CausalLanguageModel) {
    this.#model = model
    this.#longest = longestSequence(model.config)
    this.#logits = compile((inputIds, cache) => model.forward({ inputIds }, cache).logits, model)
    this.#cache = this.#cacheFor(1)
  }

  logitsAfter(ids: readonly number[]): Tensor {
    const inWindow = Math.min(ids.length, this.#longest)
    if (this.#cache.capacity < inWindow) {
      const smaller = this.#cache
      this.#cache = this.#cacheFor(inWindow)
      this.#cache.takeOver(smaller, [0])
    }
    // Beyond the model's positions every token moves to another one, and all that was computed is void.
    const fresh = inWindow === ids.length ? ids.slice(this.#cached) : ids.slice(-inWindow)
    this.#cached = ids.length
    return this.#logits(tensor(Int32Array.from(fresh), { shape: [1, fresh.length] }) as Tensor, this.#cache)
  }

  /** Doubled from 64 on, so that short texts stay cheap and long ones are seldom traced anew. */
  #cacheFor(tokens: number): KeyValueCache {
    let capacity = 64
    while (capacity < tokens) capacity *= 2
    return new KeyValueCache(this.#model.keyValueSizes, { capacity: Math.min(capacity, this.#longest) })
  }
}

function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

function draw(logits: Float32Array, temperature: number, rng: Rng): number {
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature))
  let rest = rng.uniforms(1)[0]! * weights.reduce((a, b) => a + b, 0)
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!
    if (rest < 0) return i
  }
  return weights.length - 1
}
