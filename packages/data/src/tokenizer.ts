import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import type { TokenizerJson } from './byte-pair-trainer.js'
import { DataError } from './data-error.js'
import { preTokens } from './pre-tokens.js'

/** Ids of the tokens with a meaning of their own, as far as the tokenizer has them. */
export interface SpecialTokens {
  readonly bos?: number
  readonly eos?: number
  readonly pad?: number
  readonly mask?: number
  readonly unknown?: number
}

/** Enough for the different words of ten million characters; bounds the memory of a long run. */
const rememberedWords = 200_000

/** Text to token ids and back, by Hugging Face's `tokenizer.json`. Special tokens are the caller's to add. */
export class Tokenizer {
  readonly json: TokenizerJson
  readonly vocabSize: number
  readonly special: SpecialTokens
  readonly #tokenizer: HuggingFaceTokenizer
  /** Tokens such as `<mask>` that are found in a text before it is cut. */
  readonly #added: readonly string[]
  /** Pre-tokens are encoded one by one and remembered: texts of millions of characters repeat few words. */
  readonly #remembered: Map<string, readonly number[]> | undefined

  constructor(json: TokenizerJson, source = 'tokenizer.json') {
    this.json = json
    try {
      this.#tokenizer = new HuggingFaceTokenizer(json, {})
    } catch (error) {
      throw new DataError(`${source}: ${(error as Error).message}`)
    }
    const vocabulary = this.#tokenizer.get_vocab(true)
    let highest = -1
    for (const id of vocabulary.values()) highest = Math.max(highest, id)
    this.vocabSize = highest + 1
    const find = (...names: readonly string[]): number | undefined =>
      names.map((name) => this.#tokenizer.token_to_id(name)).find((id) => id !== undefined)
    this.special = {
      bos: find('<s>', '[CLS]', '<|endoftext|>'),
      eos: find('</s>', '[SEP]', '<|endoftext|>'),
      pad: find('<pad>', '[PAD]'),
      mask: find('<mask>', '[MASK]'),
      unknown: find('<unk>', '[UNK]'),
    }
    this.#added = [...this.#tokenizer.get_added_tokens_decoder().values()].map(({ content }) => content)
    this.#remembered = cutsAtPreTokens(json) ? new Map() : undefined
  }

  /** A special token that is spelled out in the text becomes its id, as with Hugging Face's tokenizers. */
  encode(text: string): Int32Array {
    if (!this.#remembered || this.#added.some((token) => text.includes(token)))
      return Int32Array.from(this.#encodeWhole(text))
    const ids: number[] = []
    for (const [word] of preTokens(text)) {
      let known = this.#remembered.get(word)
      if (!known) {
        known = this.#encodeWhole(word)
        if (this.#remembered.size < rememberedWords) this.#remembered.set(word, known)
      }
      for (const id of known) ids.push(id)
    }
    return Int32Array.from(ids)
  }

  decode(ids: ArrayLike<number>): string {
    if (ids.length === 0) return ''
    return this.#tokenizer.decode(Array.from(ids), {
      skip_special_tokens: true,
      clean_up_tokenization_spaces: false,
    })
  }

  #encodeWhole(text: string): readonly number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids
  }
}

/** Whether the tokenizer cuts texts as `preTokens` does and changes nothing before, so that words are independent. */
function cutsAtPreTokens({ pre_tokenizer, normalizer }: TokenizerJson): boolean {
  const cutter = pre_tokenizer as { type?: string; add_prefix_space?: boolean; use_regex?: boolean } | null
  return (
    (normalizer ?? null) === null &&
    cutter?.type === 'ByteLevel' &&
    cutter.add_prefix_space === false &&
    cutter.use_regex !== false
  )
}
