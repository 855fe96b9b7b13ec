import { type Batches, type Example, exampleBatches } from '@gyre/data'
import { type Parts, takePortion } from './portion.js'
import { paddingOf, type TaskBatches, type TaskEncoding } from './task.js'

/** Labelled texts for a classifier, or with `scores` for a regression. */
export function labelledBatches(all: Parts<Example>, encoding: TaskEncoding, scores = false): TaskBatches {
  const parts = encoding.portion ? takePortion(all, encoding.portion) : all
  const { sequenceLength, lengthMultiple = 1, ...options } = encoding.options
  const paddedLength = (longest: number): number =>
    Math.min(sequenceLength, Math.ceil(longest / lengthMultiple) * lengthMultiple)
  const batches = (examples: readonly Example[]): Batches =>
    exampleBatches(
      examples.map(({ text, textPair, label }) => ({
        ...encoding.tokenizer.encodeForModel(text, { pair: textPair, maxLength: sequenceLength }),
        label,
      })),
      { ...options, padToken: paddingOf(encoding), paddedLength, scores },
    )
  return { train: parts.train && batches(parts.train), heldOut: batches(parts.heldOut) }
}
