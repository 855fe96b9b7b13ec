import { Rng } from '@gyre/tensor'
import { type Batches, type BatchingOptions, ignoredLabel, shuffled, type TokenBatch } from './batching.js'

/**
 * Windows of `sequenceLength` neighbouring tokens. Labels are the ids themselves: a causal model predicts each
 * from those before it, all but the window's first. Windows therefore share a token with the next, and every token
 * of the text but its first is predicted once. A remainder that fills no window is not trained on; `inOrder` ends
 * with a window that reaches the end of the text and counts only what no other window has counted.
 */
export function languageModelBatches(
  ids: Int32Array,
  { sequenceLength, ...options }: BatchingOptions & { readonly sequenceLength: number },
): Batches {
  const predicted = sequenceLength - 1
  const count = Math.floor((ids.length - 1) / predicted)
  const batches = shuffled(count, options, `${ids.length} tokens cut into ${sequenceLength}`, (windows) => {
    const inputIds = rowsOf(windows, sequenceLength, (window) =>
      ids.subarray(window * predicted, window * predicted + sequenceLength),
    )
    const labelCount = windows.length * predicted
    return { batchSize: windows.length, sequenceLength, inputIds, labels: inputIds, labelCount }
  })
  return {
    ...batches,
    *inOrder() {
      yield* batches.inOrder()
      const labelCount = ids.length - 1 - count * predicted
      if (labelCount === 0) return
      const inputIds = ids.slice(-sequenceLength)
      const labels = inputIds.slice().fill(ignoredLabel, 0, sequenceLength - labelCount)
      yield { batchSize: 1, sequenceLength, inputIds, labels, labelCount }
    },
  }
}

export interface MaskingOptions {
  /** Share of the tokens that are predicted. */
  readonly maskedShare: number
  readonly maskToken: number
  readonly vocabSize: number
  /** What stands around every window, as it will around the texts of a task; never predicted. */
  readonly bosToken?: number
  readonly eosToken?: number
}

/**
 * Windows of neighbouring tokens with some to be guessed: of these, 8 in 10 are masked, 1 is replaced by a random
 * token and 1 is left as it is; all others are ignored by the loss. The last, shorter window is left out. Every epoch
 * guesses other tokens, `inOrder` always the same.
 *
 * @source Devlin et al.: BERT. arXiv 1810.04805, section 3.1. Other tokens every epoch: Liu et al.: RoBERTa.
 * arXiv 1907.11692, section 4.1.
 */
export function maskedLanguageModelBatches(
  ids: Int32Array,
  options: BatchingOptions & { readonly sequenceLength: number } & MaskingOptions,
): Batches {
  const { sequenceLength, bosToken, eosToken } = options
  const before = bosToken === undefined ? [] : [bosToken]
  const after = eosToken === undefined ? [] : [eosToken]
  const textLength = sequenceLength - before.length - after.length
  const count = Math.floor(ids.length / textLength)
  const rng = new Rng(options.seed).child('masking')
  const mask = ({ inputIds: plain, ...batch }: TokenBatch, stream: Rng): TokenBatch => {
    const size = plain.length
    const chosen = stream.uniforms(size)
    const kind = stream.uniforms(size)
    const other = stream.integers(size, options.vocabSize)
    const inputIds = plain.slice()
    const labels = new Int32Array(size).fill(ignoredLabel)
    let labelCount = 0
    for (let i = 0; i < size; i++) {
      const column = i % sequenceLength
      const isText = column >= before.length && column < sequenceLength - after.length
      if (!isText || chosen[i]! >= options.maskedShare) continue
      labels[i] = plain[i]!
      labelCount++
      if (kind[i]! < 0.8) inputIds[i] = options.maskToken
      else if (kind[i]! < 0.9) inputIds[i] = other[i]!
    }
    return { ...batch, inputIds, labels, labelCount }
  }
  const batches = shuffled(count, options, `${ids.length} tokens cut into ${sequenceLength}`, (windows) => {
    const inputIds = rowsOf(windows, sequenceLength, (window) => [
      ...before,
      ...ids.subarray(window * textLength, (window + 1) * textLength),
      ...after,
    ])
    return { batchSize: windows.length, sequenceLength, inputIds, labels: inputIds, labelCount: 0 }
  })
  return {
    stepsPerEpoch: batches.stepsPerEpoch,
    batchAt: (step) => mask(batches.batchAt(step), rng.child(step)),
    *inOrder() {
      let index = 0
      for (const batch of batches.inOrder()) yield mask(batch, rng.child('in order').child(index++))
    },
  }
}

/** The windows as the rows of one array. */
function rowsOf(
  windows: readonly number[],
  sequenceLength: number,
  row: (window: number) => ArrayLike<number>,
): Int32Array {
  const inputIds = new Int32Array(windows.length * sequenceLength)
  for (const [index, window] of windows.entries()) inputIds.set(row(window), index * sequenceLength)
  return inputIds
}
