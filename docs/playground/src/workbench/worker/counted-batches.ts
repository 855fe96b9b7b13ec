import type { Batches, TokenBatch } from '@gyre/data'
import { type MicroBatch, toMicroBatch } from '@gyre/train'

/** A task's batches as a trainer takes them; they remember of the last one how large it was, and when it was asked for. */
export class CountedBatches {
  readonly #batches: Batches
  /** Tokens, padding left out. */
  tokens = 0
  /** When it was asked for: when its step began. */
  begin = 0

  constructor(batches: Batches) {
    this.#batches = batches
  }

  readonly source = (step: number): readonly MicroBatch[] => {
    this.begin = performance.now()
    const batch = this.#batches.batchAt(step)
    this.tokens = countTokens(batch)
    return [toMicroBatch(batch)]
  }
}

function countTokens({ attentionMask, inputIds }: TokenBatch): number {
  return attentionMask?.reduce((total, isToken) => total + isToken, 0) ?? inputIds.length
}
