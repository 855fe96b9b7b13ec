import { DataError } from './data-error.js'
import { defaultPostProcessor } from './special-tokens.js'
import { addedTokens, byteLevelJson, type TokenizerJson } from './tokenizer-json.js'

type Fields = { readonly [field: string]: unknown }

/** Text files of a tokenizer from before `tokenizer.json`, and what their names are in errors. */
interface VocabularyFile {
  readonly text: string
  readonly source: string
}

/** Special tokens of GPT-2's and RoBERTa's vocabularies, wherever they stand in them. */
const byteLevelSpecial = ['<s>', '<pad>', '</s>', '<unk>', '<mask>', '<|endoftext|>']

/**
 * The `tokenizer.json` of a byte-level byte-pair tokenizer, GPT-2's or RoBERTa's, from `vocab.json` and `merges.txt`.
 *
 * @source Radford et al.: Language Models are Unsupervised Multitask Learners (GPT-2), section 2.2.
 */
export function byteLevelTokenizerJson(vocabulary: VocabularyFile, merges: VocabularyFile): TokenizerJson {
  const vocab = readVocabulary(vocabulary)
  const special = byteLevelSpecial.filter((token) => vocab.has(token))
  // A mask takes the blank before it along, as in `the <mask>`.
  const added = addedTokens(special, vocab).map((token) => ({ ...token, lstrip: token.content === '<mask>' }))
  return byteLevelJson(vocab, readMerges(merges), added)
}

const wordPieceSpecial = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']

/**
 * The `tokenizer.json` of BERT's WordPiece tokenizer from `vocab.txt`: a token on each line. `lowercase` also takes
 * accents away; it is what the uncased models want.
 *
 * @source Devlin et al.: BERT. arXiv 1810.04805, section 3, and the published tokenizer.
 */
export function wordPieceTokenizerJson(
  vocabulary: VocabularyFile,
  { lowercase }: { readonly lowercase: boolean },
): TokenizerJson {
  const vocab = new Map<string, number>()
  for (const [index, token] of linesOf(vocabulary.text).entries()) {
    if (vocab.has(token)) {
      throw new DataError(`${vocabulary.source}, line ${index + 1}: the token ${JSON.stringify(token)} twice`)
    }
    vocab.set(token, index)
  }
  for (const token of wordPieceSpecial.slice(1, 4)) {
    if (!vocab.has(token)) throw new DataError(`${vocabulary.source}: expected a line ${token}`)
  }
  const special = wordPieceSpecial.filter((token) => vocab.has(token))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(special, vocab),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: defaultPostProcessor((token) => vocab.get(token)),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab),
    },
  }
}

function readVocabulary({ text, source }: VocabularyFile): Map<string, number> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${source}: ${(error as Error).message}`)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new DataError(`${source}: expected an object of tokens and their ids`)
  }
  const entries = Object.entries(json as Fields)
  for (const [token, id] of entries) {
    if (!Number.isInteger(id)) {
      throw new DataError(`${source}: ${JSON.stringify(token)}: expected an id, got ${JSON.stringify(id)}`)
    }
  }
  return new Map(entries as [string, number][])
}

function readMerges({ text, source }: VocabularyFile): [string, string][] {
  const merges: [string, string][] = []
  for (const [index, line] of linesOf(text).entries()) {
    if (index === 0 && line.startsWith('#version')) continue
    const parts = line.split(' ')
    if (parts.length !== 2 || parts.includes('')) {
      throw new DataError(`${source}, line ${index + 1}: expected two tokens, got ${JSON.stringify(line)}`)
    }
    merges.push(parts as [string, string])
  }
  return merges
}

/** Lines without the breaks at the end of the file. */
function linesOf(text: string): string[] {
  return text.replace(/\n+$/, '').split(/\r?\n/)
}
