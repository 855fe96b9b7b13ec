import { OptionError, type Rng } from '@gyre/tensor'

/** How the next token is chosen: Hugging Face's names, and in its order: temperature, then top-k, then top-p. */
export interface SamplingOptions {
  /**
   * 0 takes the most likely token each time; above, tokens are drawn from softmax(logits / temperature).
   * Default 0, or 1 where `topK` or `topP` is given.
   */
  readonly temperature?: number
  /** Only so many of the most likely tokens are drawn from; of equally likely ones, those with the lower ids. */
  readonly topK?: number
  /**
   * Only the fewest most likely tokens whose probabilities add up to at least this are drawn from, and always one.
   *
   * @source Holtzman et al.: The curious case of neural text degeneration. arXiv 1904.09751, section 3.1.
   */
  readonly topP?: number
}

/** Chooses tokens by their logits. */
export class TokenSampler {
  readonly #temperature: number
  readonly #topK: number
  readonly #topP: number
  // Kept between calls, so that a token allocates nothing of the vocabulary's size.
  #weights = new Float64Array()
  #heap = new Int32Array()

  constructor({
    topK,
    topP,
    temperature = topK === undefined && topP === undefined ? 0 : 1,
  }: SamplingOptions) {
    if (!(temperature >= 0 && Number.isFinite(temperature))) {
      throw new OptionError(`generate: temperature is ${temperature}; expected a number of at least 0`)
    }
    if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) {
      throw new OptionError(`generate: topK is ${topK}; expected an integer ≥ 1`)
    }
    if (topP !== undefined && !(topP > 0 && topP <= 1)) {
      throw new OptionError(`generate: topP is ${topP}; expected a number above 0, at most 1`)
    }
    this.#temperature = temperature
    this.#topK = topK ?? Number.POSITIVE_INFINITY
    this.#topP = topP ?? 1
  }

  choose(logits: Float32Array, rng: Rng): number {
    const largest = largestOf(logits)
    if (this.#temperature === 0) return logits.indexOf(largest)
    const share = rng.uniforms(1)[0]!
    // In proportion to the token's probability; 1 for the most likely one.
    const weightOf = (token: number): number => Math.exp((logits[token]! - largest) / this.#temperature)
    if (this.#topK >= logits.length && this.#topP === 1) {
      if (this.#weights.length !== logits.length) this.#weights = new Float64Array(logits.length)
      for (let token = 0; token < logits.length; token++) this.#weights[token] = weightOf(token)
      return placeOf(share, this.#weights)
    }
    const tokens = this.#candidates(logits, weightOf)
    return tokens[placeOf(share, tokens.map(weightOf))]!
  }

  /** The tokens that top-k and top-p leave, the most likely first. */
  #candidates(logits: Float32Array, weightOf: (token: number) => number): number[] {
    if (this.#heap.length !== logits.length) this.#heap = new Int32Array(logits.length)
    let likeliest: Iterable<number> = mostLikelyFirst(logits, this.#heap)
    let total = 0
    if (this.#topK < logits.length) {
      const tokens = firstOf(likeliest, this.#topK)
      for (const token of tokens) total += weightOf(token)
      likeliest = tokens
    } else {
      for (let token = 0; token < logits.length; token++) total += weightOf(token)
    }
    const candidates: number[] = []
    let mass = 0
    for (const token of likeliest) {
      candidates.push(token)
      mass += weightOf(token)
      if (mass >= this.#topP * total) break
    }
    return candidates
  }
}

function largestOf(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY
  for (const logit of logits) {
    if (Number.isNaN(logit)) throw new OptionError('generate: the model gives logits that are no numbers')
    if (logit > largest) largest = logit
  }
  return largest
}

/** Which of some weights is met on the way to a share, from 0 to 1, of their sum. */
function placeOf(share: number, weights: ArrayLike<number> & Iterable<number>): number {
  let rest = 0
  for (const weight of weights) rest += weight
  rest *= share
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!
    if (rest < 0) return i
  }
  return weights.length - 1
}

function firstOf(values: Iterable<number>, count: number): number[] {
  const first: number[] = []
  for (const value of values) if (first.push(value) === count) break
  return first
}

/**
 * The tokens from the most to the least likely, equally likely ones by their ids. A heap: what is asked for costs
 * log V a token, and nobody sorts a vocabulary of which a few tokens are likely. `heap` is room for it.
 */
function* mostLikelyFirst(logits: Float32Array, heap: Int32Array): Generator<number, void> {
  const isBefore = (a: number, b: number): boolean =>
    logits[a]! > logits[b]! || (logits[a] === logits[b] && a < b)
  let size = heap.length
  const sink = (from: number): void => {
    const token = heap[from]!
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= size) break
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, token)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = token
  }
  for (let token = 0; token < size; token++) heap[token] = token
  for (let parent = (size >> 1) - 1; parent >= 0; parent--) sink(parent)
  while (size > 0) {
    yield heap[0]!
    heap[0] = heap[--size]!
    sink(0)
  }
}
