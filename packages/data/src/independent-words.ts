import type { CheckedTokenizerJson } from './check-tokenizer-json.js'
import { preTokens } from './pre-tokens.js'
import { sentencePieceNormalizers } from './tokenizer-json.js'

/**
 * How to cut a text into words whose tokens do not depend on each other, for the kinds of tokenizers of which that
 * is known; undefined for others, whose texts are encoded whole.
 */
export function independentWords(
  json: CheckedTokenizerJson,
): ((text: string) => Iterable<string>) | undefined {
  if (isByteLevel(json)) return byteLevelWords
  if (isBert(json)) return bertWords
  return isSentencePiece(json) ? sentencePieceWords : undefined
}

interface Component {
  readonly type?: string
  readonly [field: string]: unknown
}

/** Byte-level tokenizers cut as `preTokens` does (GPT-2, RoBERTa) when nothing is changed before. */
function isByteLevel({ pre_tokenizer, normalizer }: CheckedTokenizerJson): boolean {
  const cutter = pre_tokenizer as Component | null
  return (
    normalizer === null &&
    cutter?.type === 'ByteLevel' &&
    (cutter.add_prefix_space ?? false) === false &&
    (cutter.use_regex ?? true) === true
  )
}

function* byteLevelWords(text: string): Iterable<string> {
  for (const [word] of preTokens(text)) yield word
}

function isBert({ pre_tokenizer, normalizer, model }: CheckedTokenizerJson): boolean {
  return (
    (normalizer as Component | null)?.type === 'BertNormalizer' &&
    (pre_tokenizer as Component | null)?.type === 'BertPreTokenizer' &&
    (model as Component).type === 'WordPiece'
  )
}

/** Only of these four signs it is certain that BERT's normaliser takes them for blanks. */
function bertWords(text: string): Iterable<string> {
  return text.match(/[^ \t\n\r]+/g) ?? []
}

/**
 * LLaMA's tokenizers in the form of SentencePiece: a blank is put before the text, blanks become `▁`, and there is no
 * other cut. Words are independent when no token goes on after a word with the next one's `▁`.
 */
function isSentencePiece({ pre_tokenizer, normalizer, model }: CheckedTokenizerJson): boolean {
  const { normalizers } = (normalizer ?? {}) as Component
  const { type, vocab, byte_fallback } = model as Component
  return (
    pre_tokenizer === null &&
    JSON.stringify(normalizers) === JSON.stringify(sentencePieceNormalizers) &&
    type === 'BPE' &&
    byte_fallback === true &&
    Object.hasOwn(vocab as object, '<0xFF>') &&
    !Object.keys(vocab as object).some((token) => /[^\u2581]\u2581/.test(token))
  )
}

/** Each word with the blanks before it but one, which the tokenizer puts back; the last one with the blanks after it. */
function* sentencePieceWords(text: string): Iterable<string> {
  for (const [word] of ` ${text}`.matchAll(/[ \u2581]+[^ \u2581]+(?:[ \u2581]+$)?|[ \u2581]+$/g)) {
    yield word.slice(1)
  }
}
