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

export interface BatchingOptions {
  readonly batchSize: number
  readonly seed: number
}

/** Examples that are neighbours in length share a batch, so that little is padded. */
const batchesPerBucket = 16

/**
 * Cuts the numbers 0 … count - 1 into batches, every epoch in another order; with `lengthOf`, neighbours in
 * length together. The last batch of an epoch may be smaller.
 */
export function shuffled(
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
