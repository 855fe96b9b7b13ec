import { DataError } from './data-error.js'
import { byteCharacters, preTokens } from './pre-tokens.js'
import { addedTokens, byteLevelJson, type TokenizerJson } from './tokenizer-json.js'

export interface BytePairOptions {
  /** Tokens in all: special ones, the 256 bytes, and merges for the rest. */
  readonly vocabSize: number
  /** Their ids are 0, 1, 2, …, in this order. */
  readonly specialTokens: readonly string[]
}

/** A word as the ids of its tokens so far, and how often the word occurs. */
interface Word {
  ids: number[]
  readonly count: number
}

/**
 * Learns a byte-level byte-pair tokenizer: begin with bytes, and again and again make one token of the most
 * frequent pair of neighbours. Of equally frequent pairs the one with the lower ids is taken, so that the result
 * depends on nothing but the text.
 *
 * @source Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword Units. arXiv 1508.07909,
 * algorithm 1.
 */
export function trainBytePairTokenizer(
  text: string,
  { vocabSize, specialTokens }: BytePairOptions,
): TokenizerJson {
  const smallest = specialTokens.length + 256
  if (!Number.isInteger(vocabSize) || vocabSize < smallest) {
    throw new DataError(`vocabSize ${vocabSize} is too small; bytes and special tokens need ${smallest}`)
  }
  const tokens = [...specialTokens, ...byteCharacters]
  const words = countWords(text, specialTokens.length)
  const pairs = new PairCounts(words)
  const merges: [string, string][] = []
  while (tokens.length < vocabSize) {
    const best = pairs.mostFrequent()
    if (!best) {
      throw new DataError(
        `the text has only enough different words for ${tokens.length} tokens, not ${vocabSize}`,
      )
    }
    const [left, right] = best
    merges.push([tokens[left]!, tokens[right]!])
    tokens.push(tokens[left]! + tokens[right]!)
    pairs.merge(left, right, tokens.length - 1)
  }
  const vocab = new Map(tokens.map((token, id) => [token, id]))
  return byteLevelJson(vocab, merges, addedTokens(specialTokens, vocab))
}

function countWords(text: string, firstByteId: number): Word[] {
  const counts = new Map<string, number>()
  for (const [word] of preTokens(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const encoder = new TextEncoder()
  return [...counts].map(([word, count]) => ({
    ids: Array.from(encoder.encode(word), (byte) => firstByteId + byte),
    count,
  }))
}

/** How often each pair of neighbours occurs, and in which words; kept up to date merge by merge. */
class PairCounts {
  readonly #words: readonly Word[]
  readonly #counts = new Map<number, number>()
  readonly #places = new Map<number, Set<Word>>()

  constructor(words: readonly Word[]) {
    this.#words = words
    for (const word of this.#words) this.#add(word, word.count)
  }

  mostFrequent(): [left: number, right: number] | undefined {
    let best = -1
    let bestCount = 0
    for (const [pair, count] of this.#counts) {
      if (count > bestCount || (count === bestCount && count > 0 && pair < best)) {
        best = pair
        bestCount = count
      }
    }
    return bestCount > 0 ? [Math.floor(best / pairBase), best % pairBase] : undefined
  }

  /** Makes one token of every `left right` in every word. */
  merge(left: number, right: number, merged: number): void {
    for (const word of this.#places.get(left * pairBase + right) ?? []) {
      this.#add(word, -word.count)
      const ids: number[] = []
      for (let i = 0; i < word.ids.length; i++) {
        const isPair = word.ids[i] === left && word.ids[i + 1] === right
        ids.push(isPair ? merged : word.ids[i]!)
        if (isPair) i++
      }
      word.ids = ids
      this.#add(word, word.count)
    }
    this.#counts.delete(left * pairBase + right)
    this.#places.delete(left * pairBase + right)
  }

  #add(word: Word, count: number): void {
    for (let i = 0; i + 1 < word.ids.length; i++) {
      const pair = word.ids[i]! * pairBase + word.ids[i + 1]!
      this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + count)
      let places = this.#places.get(pair)
      if (!places) {
        places = new Set()
        this.#places.set(pair, places)
      }
      if (count > 0) places.add(word)
    }
  }
}

/** Larger than any id: two ids make one key. */
const pairBase = 2 ** 24
