import { defaultPostProcessor } from './special-tokens.js'

/** The contents of Hugging Face's `tokenizer.json`. */
export type TokenizerJson = { readonly [field: string]: unknown }

type Vocabulary = ReadonlyMap<string, number>

/** Special tokens, which are found in a text before it is cut. */
export function addedTokens(tokens: readonly string[], vocab: Vocabulary) {
  return tokens.map((content) => ({
    id: vocab.get(content)!,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
}

export interface BytePairModelOptions {
  /** The token for what cannot be written in others. */
  readonly unknown?: string
  /** Whether a character that is no token is written as the tokens of its bytes, `<0x0A>`. */
  readonly byteFallback?: boolean
}

/** The `model` of a byte-pair tokenizer: pairs are merged in the order of `merges`. */
export function bytePairModel(
  vocab: Vocabulary,
  merges: readonly (readonly [string, string])[],
  { unknown, byteFallback = false }: BytePairModelOptions = {},
) {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: unknown ?? null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: byteFallback,
    byte_fallback: byteFallback,
    ignore_merges: false,
    vocab: Object.fromEntries(vocab),
    merges,
  }
}

/** What SentencePiece writes for a blank. */
export const sentencePieceBlank = '▁'

/** What LLaMA's tokenizers do to a text first: a blank is put before it, and blanks become visible. */
export const sentencePieceNormalizers = [
  { type: 'Prepend', prepend: sentencePieceBlank },
  { type: 'Replace', pattern: { String: ' ' }, content: sentencePieceBlank },
] as const

/** A byte-level byte-pair tokenizer, as GPT-2's. */
export function byteLevelJson(
  vocab: Vocabulary,
  merges: readonly (readonly [string, string])[],
  added: ReturnType<typeof addedTokens>,
): TokenizerJson {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: defaultPostProcessor((token) => vocab.get(token)),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bytePairModel(vocab, merges),
  }
}
