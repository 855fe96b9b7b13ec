import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import { checkTokenizerJson } from './check-tokenizer-json.js'
import { DataError } from './data-error.js'
import { independentWords } from './independent-words.js'
import { defaultPostProcessor, findSpecialTokens, type SpecialTokens } from './special-tokens.js'
import { type EncodedText, frameTexts, parseFrame, type TextFrame } from './text-frame.js'
import type { TokenizerJson } from './tokenizer-json.js'

/** Enough for the different words of ten million characters; bounds the memory of a long run. */
const rememberedWords = 200_000

export interface TokenizerOptions {
  /** Names the file in errors. */
  readonly source?: string
  /** What stands in `tokenizer_config.json`: which token is which, and whether BOS is put before texts. */
  readonly config?: { readonly [field: string]: unknown }
}

export interface EncodingOptions {
  /** A second text. */
  readonly pair?: string
  /** Tokens at most, special ones included. */
  readonly maxLength?: number
}

/** Text to token ids and back, by Hugging Face's `tokenizer.json`. */
export class Tokenizer {
  readonly json: TokenizerJson
  readonly config: { readonly [field: string]: unknown } | undefined
  readonly vocabSize: number
  readonly special: SpecialTokens
  readonly #tokenizer: HuggingFaceTokenizer
  readonly #source: string
  readonly #frame: TextFrame
  /** Finds tokens such as `<mask>` in a text before it is cut; undefined when there are none. */
  readonly #added: RegExp | undefined
  /** Added tokens that stand alone: what is before and after them does not change. */
  readonly #plainAdded: ReadonlyMap<string, number>
  /** Words are encoded one by one and remembered: texts of millions of characters repeat few. */
  readonly #cut: ((text: string) => Iterable<string>) | undefined
  readonly #remembered = new Map<string, readonly number[]>()

  constructor(json: TokenizerJson, { source = 'tokenizer.json', config }: TokenizerOptions = {}) {
    this.json = json
    this.config = config
    this.#source = source
    const checked = checkTokenizerJson(json, source)
    try {
      this.#tokenizer = new HuggingFaceTokenizer(checked, {})
    } catch (error) {
      throw new DataError(`${source}: ${(error as Error).message}`)
    }
    const vocabulary = this.#tokenizer.get_vocab(true)
    let highest = -1
    for (const id of vocabulary.values()) highest = Math.max(highest, id)
    this.vocabSize = highest + 1
    const idOf = (token: string): number | undefined => this.#tokenizer.token_to_id(token)
    this.special = findSpecialTokens(idOf, config)
    this.#frame = parseFrame(checked.post_processor ?? defaultPostProcessor(idOf, config), source)
    const added = [...this.#tokenizer.get_added_tokens_decoder().values()]
    // The longest of those that begin at one place is found.
    const contents = added.map(({ content }) => content).sort((a, b) => b.length - a.length)
    this.#added = contents.length > 0 ? new RegExp(contents.map(escapeRegExp).join('|'), 'g') : undefined
    this.#plainAdded = new Map(
      added
        .filter(({ lstrip, rstrip, normalized }) => !lstrip && !rstrip && !normalized)
        .map(({ content, id }) => [content, id]),
    )
    this.#cut = independentWords(checked)
  }

  /**
   * The ids of a text alone; special tokens around it are `encodeForModel`'s. A special token that is spelled out in
   * the text becomes its id, as with Hugging Face's tokenizers.
   */
  encode(text: string): Int32Array {
    if (!this.#cut) return Int32Array.from(this.#encodeWhole(text))
    const found = this.#added ? [...text.matchAll(this.#added)] : []
    if (!found.every(([token]) => this.#plainAdded.has(token))) {
      return Int32Array.from(this.#encodeWhole(text))
    }
    const ids: number[] = []
    let at = 0
    for (const { 0: token, index } of found) {
      this.#encodeWords(text.slice(at, index), ids)
      ids.push(this.#plainAdded.get(token)!)
      at = index + token.length
    }
    this.#encodeWords(text.slice(at), ids)
    return Int32Array.from(ids)
  }

  /**
   * One text, or two, with the special tokens that the model was trained with: those of the tokenizer's own
   * post-processor. Without one, a tokenizer with `[CLS]` and `[SEP]` frames as BERT's does, one with `<s>`, `</s>` and
   * `<mask>` as RoBERTa's; LLaMA's puts BOS in front where `tokenizer_config.json` says `add_bos_token`, and
   * GPT-2's adds nothing.
   */
  encodeForModel(text: string, { pair, maxLength }: EncodingOptions = {}): EncodedText {
    const second = pair === undefined ? undefined : this.encode(pair)
    return frameTexts(this.#frame, this.encode(text), second, maxLength)
  }

  /** A text that a model continues: with what `encodeForModel` puts before it, without what ends it. */
  encodePrompt(text: string): Int32Array {
    const { ids } = this.encodeForModel(text)
    return ids.length > 1 && ids.at(-1) === this.special.eos ? ids.subarray(0, -1) : ids
  }

  decode(ids: ArrayLike<number>): string {
    if (ids.length === 0) return ''
    return this.#tokenizer.decode(Array.from(ids), {
      skip_special_tokens: true,
      clean_up_tokenization_spaces: false,
    })
  }

  /** The files that it can be loaded from again, by their names. */
  files(): { readonly [name: string]: string } {
    const files = { 'tokenizer.json': JSON.stringify(this.json) }
    return this.config ? { ...files, 'tokenizer_config.json': JSON.stringify(this.config, null, 2) } : files
  }

  #encodeWords(text: string, ids: number[]): void {
    if (text === '') return
    for (const word of this.#cut!(text)) {
      let known = this.#remembered.get(word)
      if (!known) {
        known = this.#encodeWhole(word)
        if (this.#remembered.size < rememberedWords) this.#remembered.set(word, known)
      }
      for (const id of known) ids.push(id)
    }
  }

  #encodeWhole(text: string): readonly number[] {
    const { ids, tokens } = this.#tokenizer.encode(text, { add_special_tokens: false })
    // An id that is undefined stands for a word that the vocabulary lacks, together with an unknown token.
    const unknown = ids.findIndex((id: number | undefined) => id === undefined)
    if (unknown >= 0) {
      throw new DataError(
        `${this.#source}: the vocabulary has no ${JSON.stringify(tokens[unknown] ?? 'token for unknown words')}`,
      )
    }
    return ids
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
