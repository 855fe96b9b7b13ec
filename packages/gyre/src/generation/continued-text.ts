import type { Tokenizer } from '@gyre/data'

/** All that is needed of a tokenizer. */
type Decoder = Pick<Tokenizer, 'decode'>

/** The text of a prompt's continuation while its tokens come in. */
export class ContinuedText {
  readonly #tokenizer: Decoder
  readonly #promptIds: readonly number[]
  /** How much of the decoded text is the prompt's. */
  readonly #promptLength: number
  readonly #stops: readonly string[]
  #text = ''
  #stopped = false

  constructor(tokenizer: Decoder, promptIds: ArrayLike<number>, stops: readonly string[]) {
    this.#tokenizer = tokenizer
    this.#promptIds = Array.from(promptIds)
    this.#promptLength = tokenizer.decode(promptIds).length
    this.#stops = stops
  }

  /** The text of all tokens so far, without what a stop text begins. */
  get text(): string {
    return this.#text
  }

  /** Whether one of the stop texts has come. */
  get stopped(): boolean {
    return this.#stopped
  }

  /**
   * As much of the text as further tokens cannot change: without a character that is spread over tokens which are
   * still to come, and without an end that may become a stop text.
   */
  get settled(): string {
    if (this.#stopped) return this.#text
    const complete = this.#text.replace(/\uFFFD+$/, '')
    const held = Math.max(0, ...this.#stops.map((stop) => longestOverlap(complete, stop)))
    return complete.slice(0, complete.length - held)
  }

  /** Takes in the new tokens so far, all of them. */
  update(added: readonly number[]): void {
    // Together with the prompt: by themselves they would lose the blank that a first token may begin with.
    const text = this.#tokenizer.decode([...this.#promptIds, ...added]).slice(this.#promptLength)
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
    this.#stopped = found.length > 0
    this.#text = this.#stopped ? text.slice(0, Math.min(...found)) : text
  }
}

/** Length of the longest end of `text` that `stop` begins with. */
function longestOverlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length
  }
  return 0
}
