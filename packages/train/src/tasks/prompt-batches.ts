import {
  answerBatches,
  type Batches,
  type EncodedAnswer,
  type PromptAndAnswer,
  type Tokenizer,
} from '@gyre/data'
import { TrainingError } from '../errors.js'
import { type Parts, takePortion } from './portion.js'
import { paddingOf, type TaskBatches, type TaskEncoding } from './task.js'

/**
 * Prompts and answers for a language model that learns the answers. Prompts of which no token of the answer is left
 * within the length are left out, and told in the `notes`.
 */
export function promptBatches(all: Parts<PromptAndAnswer>, encoding: TaskEncoding): TaskBatches {
  const parts = encoding.portion ? takePortion(all, encoding.portion) : all
  const { sequenceLength, ...options } = encoding.options
  const notes: string[] = []
  const batches = (items: readonly PromptAndAnswer[]): Batches => {
    const encoded = items.map((item) => encodeAnswer(item, encoding.tokenizer, sequenceLength))
    const fitting = encoded.filter(({ ids, answerStart }) => answerStart < ids.length)
    const leftOut = items.length - fitting.length
    if (leftOut > 0) {
      notes.push(`${leftOut} of ${items.length} prompts fill all ${sequenceLength} tokens and are left out`)
    }
    if (fitting.length === 0) {
      throw new TrainingError(`sequence length ${sequenceLength}: no prompt leaves room for its answer`)
    }
    return answerBatches(fitting, { ...options, padToken: paddingOf(encoding) })
  }
  return { train: parts.train && batches(parts.train), heldOut: batches(parts.heldOut), notes }
}

/** A prompt, a line break, its answer, and the end of the text; what is too long is cut at its end. */
export function encodeAnswer(
  { prompt, completion }: PromptAndAnswer,
  tokenizer: Tokenizer,
  maxLength: number,
): EncodedAnswer {
  const asked = tokenizer.encodeForModel(`${prompt}\n`).ids
  const { eos } = tokenizer.special
  const answer = [...tokenizer.encode(completion), ...(eos === undefined ? [] : [eos])]
  return { ids: Int32Array.from([...asked, ...answer].slice(0, maxLength)), answerStart: asked.length }
}
