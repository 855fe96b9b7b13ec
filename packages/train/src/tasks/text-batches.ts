import { holdOutLastTenth, type SplitText } from '@gyre/data'
import { pretrainingBatches } from '../pretrain.js'
import type { Portion } from './portion.js'
import type { TaskBatches, TaskEncoding } from './task.js'

/** A text for a language model: its last tenth is held out, or with `measureAll` everything is measured. */
export function textBatches(
  text: string,
  measureAll: boolean,
  { tokenizer, config, options, portion }: TaskEncoding,
): TaskBatches {
  const { train, heldOut } = measureAll ? { train: undefined, heldOut: text } : splitText(text, portion)
  const batches = (ids: Int32Array) => pretrainingBatches(config, ids, tokenizer, options)
  const heldOutIds = tokenizer.encode(heldOut).slice(0, portion?.heldOutLimit)
  return {
    train:
      train === undefined ? undefined : batches(tokenizer.encode(train).slice(0, portion?.trainingLimit)),
    heldOut: batches(heldOutIds),
    heldOutCharacters:
      portion?.heldOutLimit === undefined ? heldOut.length : tokenizer.decode(heldOutIds).length,
  }
}

function splitText(text: string, portion: Portion | undefined): SplitText {
  const split = holdOutLastTenth(text)
  return portion?.tuning ? holdOutLastTenth(split.train) : split
}
