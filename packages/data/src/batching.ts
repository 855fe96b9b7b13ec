import { Rng } from '@gyre/tensor'
import { DataError } from './data-error.js'

/** A batch as plain numbers, row-major, padded at the right. */
export interface TokenBatch {
  readonly batchSize: number
  readonly sequenceLength: number
  /** `[batchSize, sequenceLength]`. */
  readonly inputIds: Int32Array
  /** 1 for a token, 0 for padding; left out where nothing is padded. */
  readonly attentionMask?: Int32Array
  /** Which of two texts a token belongs to; left out where no example has a second text that is told apart. */
  readonly tokenTypeIds?: Int32Array
  /** Ids `[batchSize, sequenceLength]`, classes `[batchSize]`, or scores `[batchSize]` as float32. */
  readonly labels: Int32Array | Float32Array
  /** Labels that count in the loss. */
  readonly labelCount: number
}

/** Batches without end: epoch after epoch, each in an order of its own. */
export interface Batches {
  readonly stepsPerEpoch: number
  /** A pure function of the step (from 0), so that a resumed run sees the same batches. */
  batchAt(step: number): TokenBatch
  /** Every example once, in the order given: for evaluation. */
  inOrder(): Generator<TokenBatch>
}

/** A label that does not count in the loss. */
export const ignoredLabel = -100

interface BatchingOptions {
  readonly batchSize: number
  readonly seed: number
}

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

/** One text, or two, as ids, with its class, or its score. */
export interface EncodedExample {
  readonly ids: Int32Array
  readonly tokenTypeIds?: Int32Array
  readonly label: number
}

export interface ExampleBatchingOptions extends BatchingOptions {
  readonly padToken: number
  /** Whether labels are scores (float32) and not classes. */
  readonly scores?: boolean
}

/** Examples that are neighbours in length share a batch, so that little is padded. */
const batchesPerBucket = 16

/** Batches of labelled texts, each padded to its longest one. */
export function exampleBatches(
  examples: readonly EncodedExample[],
  { padToken, scores = false, ...options }: ExampleBatchingOptions,
): Batches {
  const lengthOf = (index: number): number => examples[index]!.ids.length
  const hasTypes = examples.some(({ tokenTypeIds }) => tokenTypeIds?.some((type) => type !== 0))
  const collate = (indices: readonly number[]): TokenBatch => {
    const sequenceLength = Math.max(...indices.map(lengthOf))
    const inputIds = new Int32Array(indices.length * sequenceLength).fill(padToken)
    const attentionMask = new Int32Array(inputIds.length)
    const tokenTypeIds = hasTypes ? new Int32Array(inputIds.length) : undefined
    const labels = scores ? new Float32Array(indices.length) : new Int32Array(indices.length)
    for (const [row, index] of indices.entries()) {
      const { ids, tokenTypeIds: types, label } = examples[index]!
      inputIds.set(ids, row * sequenceLength)
      if (types) tokenTypeIds?.set(types, row * sequenceLength)
      attentionMask.fill(1, row * sequenceLength, row * sequenceLength + ids.length)
      labels[row] = label
    }
    const batchSize = indices.length
    return { batchSize, sequenceLength, inputIds, attentionMask, tokenTypeIds, labels, labelCount: batchSize }
  }
  return shuffled(examples.length, options, `${examples.length} examples`, collate, lengthOf)
}

/**
 * Cuts the numbers 0 … count - 1 into batches, every epoch in another order; with `lengthOf`, neighbours in
 * length together. The last batch of an epoch may be smaller.
 */
function shuffled(
  count: number,
  { batchSize, seed }: BatchingOptions,
  what: string,
  collate: (indices: readonly number[]) => TokenBatch,
  lengthOf?: (index: number) => number,
): Batches {
  if (!(count >= 1 && Number.isFinite(count))) throw new DataError(`${what} give no batch`)
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new DataError(`a batch size is an integer from 1, not ${batchSize}`)
  }
  const stepsPerEpoch = Math.ceil(count / batchSize)
  const rng = new Rng(seed).child('order')
  let known: { epoch: number; order: readonly (readonly number[])[] } | undefined
  const orderOf = (epoch: number): readonly (readonly number[])[] => {
    if (known?.epoch === epoch) return known.order
    const stream = rng.child(epoch)
    let indices = Array.from(stream.permutation(count))
    if (lengthOf) {
      indices = chunks(indices, batchSize * batchesPerBucket).flatMap((bucket) =>
        bucket.sort((a, b) => lengthOf(a) - lengthOf(b)),
      )
    }
    const batches = chunks(indices, batchSize)
    const order = lengthOf ? Array.from(stream.permutation(batches.length), (i) => batches[i]!) : batches
    known = { epoch, order }
    return order
  }
  return {
    stepsPerEpoch,
    batchAt: (step) => collate(orderOf(Math.floor(step / stepsPerEpoch))[step % stepsPerEpoch]!),
    *inOrder() {
      const indices = Array.from({ length: count }, (_, index) => index)
      for (const batch of chunks(indices, batchSize)) yield collate(batch)
    },
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
