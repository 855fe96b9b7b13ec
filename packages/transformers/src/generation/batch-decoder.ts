import { type Compiled, compile } from '@gyre/graph'
import { type Tensor, tensor } from '@gyre/tensor'
import { longestSequence } from '../config.js'
import type { ModelInputs } from '../inputs.js'
import { KeyValueCache } from '../key-value-cache.js'
import type { CausalLanguageModel } from '../pretrained-model.js'

/** A cache, and the model's steps that are compiled for it: texts that begin, and one more token of each. */
interface Decoding {
  readonly cache: KeyValueCache
  readonly logits: Compiled<readonly [inputs: ModelInputs], Tensor>
}

/** Caches of this many texts and places, with their compiled steps, are kept for later calls. */
const keptDecodings = 8

/** What was compiled for a model and is not in use. A cache belongs to one caller at a time. */
const idleDecodings = new WeakMap<CausalLanguageModel, Decoding[]>()

/**
 * The logits after each of a batch of texts, which grow by a token at a time. It is padded so that few shapes occur:
 * texts that begin are as long as the next power of two, and a cache's capacity doubles from 64 on.
 */
export class BatchDecoder {
  readonly #model: CausalLanguageModel
  /** Tokens that the model takes at a time. */
  readonly #window: number
  #decoding: Decoding
  /** For each text, its row in the cache. */
  #rows: readonly number[]
  /** Places of the cache that are filled, in its longest row. */
  #filled = 0

  constructor(model: CausalLanguageModel, texts: number) {
    this.#model = model
    this.#window = longestSequence(model.config)
    this.#rows = Array.from({ length: texts }, (_, row) => row)
    this.#decoding = this.#borrow(texts, this.#capacityFor(1))
  }

  /**
   * For each text, the logits after its last token. Each has one token more than in the call before; the first call,
   * and any for a text beyond the window, computes the texts as a whole, or what the window holds of them.
   */
  async logitsAfter(texts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const longest = Math.min(this.#window, Math.max(...texts.map(({ length }) => length)))
    // Beyond the window every token moves to another position, and all that was computed is void.
    const continues = this.#filled > 0 && this.#filled < this.#window
    this.#filled = continues ? this.#filled + 1 : longest
    this.#makeRoom(this.#filled, continues)
    const inputs = continues ? this.#lastTokens(texts) : this.#wholeTexts(texts, longest)
    const logits = this.#decoding.logits(inputs)
    const values = (await logits.data()) as Float32Array
    const vocabulary = logits.shape.at(-1)!
    return this.#rows.map((row) => values.subarray(row * vocabulary, (row + 1) * vocabulary))
  }

  /** Goes on with some of the texts only. */
  keep(goesOn: readonly boolean[]): void {
    this.#rows = this.#rows.filter((_, text) => goesOn[text])
  }

  /** Leaves the cache to others. */
  close(): void {
    this.#giveBack(this.#decoding)
  }

  /** Changes to a larger cache when places are lacking, and to one of fewer rows when half of them are not used. */
  #makeRoom(places: number, withContents: boolean): void {
    const { cache } = this.#decoding
    const isHalfEmpty = 2 * this.#rows.length <= cache.batchSize
    if (places <= cache.capacity && !isHalfEmpty) return
    const kept = isHalfEmpty ? this.#rows : Array.from({ length: cache.batchSize }, (_, row) => row)
    const next = this.#borrow(kept.length, Math.max(cache.capacity, this.#capacityFor(places)))
    if (withContents) next.cache.takeOver(cache, kept)
    this.#giveBack(this.#decoding)
    this.#decoding = next
    this.#rows = this.#rows.map((row) => kept.indexOf(row))
  }

  /** The last tokens of each text, which end at one place in all rows: padding before them, and behind them. */
  #wholeTexts(texts: readonly (readonly number[])[], end: number): ModelInputs {
    const { batchSize } = this.#decoding.cache
    const length = Math.min(this.#window, nextPowerOfTwo(end, 8))
    const ids = new Int32Array(batchSize * length)
    const mask = new Int32Array(batchSize * length)
    // A row whose text has ended has one token, of which nobody hears.
    for (let row = 0; row < batchSize; row++) mask[row * length + end - 1] = 1
    for (const [i, text] of texts.entries()) {
      const shown = text.slice(-end)
      const begin = this.#rows[i]! * length + end - shown.length
      ids.set(shown, begin)
      mask.fill(1, begin, begin + shown.length)
    }
    const shape = [batchSize, length]
    return { inputIds: tensor(ids, { shape }) as Tensor, attentionMask: tensor(mask, { shape }) as Tensor }
  }

  #lastTokens(texts: readonly (readonly number[])[]): ModelInputs {
    const { batchSize } = this.#decoding.cache
    const ids = new Int32Array(batchSize)
    for (const [i, text] of texts.entries()) ids[this.#rows[i]!] = text.at(-1)!
    return { inputIds: tensor(ids, { shape: [batchSize, 1] }) as Tensor }
  }

  #capacityFor(places: number): number {
    return Math.min(nextPowerOfTwo(places, 64), this.#window)
  }

  #borrow(batchSize: number, capacity: number): Decoding {
    const idle = idleDecodings.get(this.#model) ?? []
    const found = idle.findIndex(({ cache }) => cache.batchSize === batchSize && cache.capacity === capacity)
    if (found >= 0) return idle.splice(found, 1)[0]!
    const model = this.#model
    const cache = new KeyValueCache(model.keyValueSizes, { capacity, batchSize })
    return { cache, logits: compile((inputs) => model.forward(inputs, cache).logits, model) }
  }

  #giveBack(decoding: Decoding): void {
    const idle = idleDecodings.get(this.#model) ?? []
    idleDecodings.set(this.#model, [decoding, ...idle].slice(0, keptDecodings))
  }
}

function nextPowerOfTwo(value: number, smallest: number): number {
  let power = smallest
  while (power < value) power *= 2
  return power
}
