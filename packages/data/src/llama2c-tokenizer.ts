import { DataError } from './data-error.js'
import { defaultPostProcessor } from './special-tokens.js'
import {
  addedTokens,
  sentencePieceBlank as blank,
  bytePairModel,
  sentencePieceNormalizers,
  type TokenizerJson,
} from './tokenizer-json.js'

/** One piece of a vocabulary, and how early it is merged: the higher the score, the earlier. */
interface Piece {
  readonly text: string
  readonly score: number
}

const special = ['<unk>', '<s>', '</s>'] as const
const [unknown, beginning] = special
/** Behind the special tokens come all bytes, for characters that are no pieces. */
const firstPiece = 3 + 256

/**
 * The `tokenizer.json` of a tokenizer of Karpathy's llama2.c: an int32, the length of the longest piece in bytes, then
 * for each piece a float32 score, an int32 length and its bytes, all little-endian. A text gets a blank before it and
 * the beginning token.
 *
 * @source Kudo, Richardson: SentencePiece. arXiv 1808.06226; `tokenizer.py` of llama2.c, which exports it.
 */
export function llama2cTokenizerJson(bytes: Uint8Array, source: string): TokenizerJson {
  const pieces = readPieces(bytes, source)
  const vocab = new Map<string, number>()
  for (const [id, { text }] of pieces.entries()) {
    const token = special[id] ?? text.replaceAll(' ', blank)
    if (vocab.has(token)) throw new DataError(`${source}: has the piece ${JSON.stringify(token)} twice`)
    vocab.set(token, id)
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(special, vocab),
    normalizer: { type: 'Sequence', normalizers: sentencePieceNormalizers },
    pre_tokenizer: null,
    post_processor: defaultPostProcessor((token) => vocab.get(token), {
      add_bos_token: true,
      bos_token: beginning,
    }),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: blank }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: bytePairModel(vocab, mergesOf(pieces, vocab), { unknown, byteFallback: true }),
  }
}

function readPieces(bytes: Uint8Array, source: string): Piece[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const pieces: Piece[] = []
  let at = 4
  while (at < bytes.length) {
    const length = at + 8 <= bytes.length ? view.getInt32(at + 4, true) : -1
    if (length < 0 || at + 8 + length > bytes.length) {
      throw new DataError(
        `${source}: ends within piece ${pieces.length}; it is cut off, or no tokenizer of llama2.c`,
      )
    }
    let text: string
    try {
      text = decoder.decode(bytes.subarray(at + 8, at + 8 + length))
    } catch {
      throw new DataError(`${source}: piece ${pieces.length} is not UTF-8`)
    }
    pieces.push({ text, score: view.getFloat32(at, true) })
    at += 8 + length
  }
  if (pieces.length < firstPiece) {
    throw new DataError(
      `${source}: expected at least ${firstPiece} pieces, three special ones and the bytes, got ${pieces.length}`,
    )
  }
  return pieces
}

/** SentencePiece merges any two pieces that make one, the best first; byte-pair models want these pairs written out. */
function mergesOf(pieces: readonly Piece[], vocab: ReadonlyMap<string, number>): [string, string][] {
  const merges = pieces.slice(firstPiece).flatMap(({ text, score }) => {
    const characters = [...text.replaceAll(' ', blank)]
    return characters.slice(1).flatMap((_, i) => {
      const [left, right] = [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')]
      const ids = [vocab.get(left), vocab.get(right)]
      return ids[0] === undefined || ids[1] === undefined
        ? []
        : [{ pair: [left, right] as [string, string], score, ids: ids as [number, number] }]
    })
  })
  merges.sort((a, b) => b.score - a.score || a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1])
  return merges.map(({ pair }) => pair)
}
