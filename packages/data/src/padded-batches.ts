import { type Batches, type BatchingOptions, ignoredLabel, shuffled, type TokenBatch } from './batching.js'

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
  /**
   * To how many tokens a batch is padded whose longest text has so many: fewer lengths are fewer programs to compile.
   * Default as many.
   */
  readonly paddedLength?: (longest: number) => number
}

/** A prompt and its answer as the ids of one text. */
export interface EncodedAnswer {
  readonly ids: Int32Array
  /** Where the answer begins: what is before is read, and not learnt. */
  readonly answerStart: number
}

/** Batches of labelled texts, each padded to its longest one. */
export function exampleBatches(
  examples: readonly EncodedExample[],
  { scores = false, ...options }: ExampleBatchingOptions,
): Batches {
  return paddedBatches(examples, 'examples', options, (rows, { batchSize }) => ({
    labels: scores
      ? Float32Array.from(rows, ({ label }) => label)
      : Int32Array.from(rows, ({ label }) => label),
    labelCount: batchSize,
  }))
}

/**
 * Batches of prompts with their answers, each padded to its longest one. The loss is on the answers alone: the
 * labels of prompts and of padding are ignored.
 */
export function answerBatches(
  examples: readonly EncodedAnswer[],
  options: BatchingOptions & { readonly padToken: number },
): Batches {
  return paddedBatches(examples, 'prompts and answers', options, (rows, { inputIds, sequenceLength }) => {
    const labels = new Int32Array(inputIds.length).fill(ignoredLabel)
    let labelCount = 0
    for (const [row, { ids, answerStart }] of rows.entries()) {
      // Nothing is before a text's first token that could predict it.
      const start = Math.max(answerStart, 1)
      labels.set(ids.subarray(start), row * sequenceLength + start)
      labelCount += ids.length - start
    }
    return { labels, labelCount }
  })
}

interface Encoded {
  readonly ids: Int32Array
  readonly tokenTypeIds?: Int32Array
}

/** Batches of texts that are padded at the right, neighbours in length together; `labelsOf` adds the labels. */
function paddedBatches<Item extends Encoded>(
  items: readonly Item[],
  what: string,
  {
    padToken,
    paddedLength = (longest) => longest,
    ...options
  }: BatchingOptions & Pick<ExampleBatchingOptions, 'padToken' | 'paddedLength'>,
  labelsOf: (
    rows: readonly Item[],
    padded: Pick<TokenBatch, 'batchSize' | 'sequenceLength' | 'inputIds'>,
  ) => Pick<TokenBatch, 'labels' | 'labelCount'>,
): Batches {
  const lengthOf = (index: number): number => items[index]!.ids.length
  // The same for every batch, so that one compiled program serves them all.
  const hasTypes = items.some(({ tokenTypeIds }) => tokenTypeIds?.some((type) => type !== 0))
  const collate = (indices: readonly number[]): TokenBatch => {
    const rows = indices.map((index) => items[index]!)
    const batchSize = rows.length
    const sequenceLength = paddedLength(Math.max(...indices.map(lengthOf)))
    const inputIds = new Int32Array(batchSize * sequenceLength).fill(padToken)
    const attentionMask = new Int32Array(inputIds.length)
    const tokenTypeIds = hasTypes ? new Int32Array(inputIds.length) : undefined
    for (const [row, { ids, tokenTypeIds: types }] of rows.entries()) {
      const start = row * sequenceLength
      inputIds.set(ids, start)
      attentionMask.fill(1, start, start + ids.length)
      if (types) tokenTypeIds?.set(types, start)
    }
    const padded = { batchSize, sequenceLength, inputIds, attentionMask, tokenTypeIds }
    return { ...padded, ...labelsOf(rows, padded) }
  }
  return shuffled(items.length, options, `${items.length} ${what}`, collate, lengthOf)
}
