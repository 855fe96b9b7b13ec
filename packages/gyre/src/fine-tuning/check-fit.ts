import type { Tokenizer } from '@gyre/data'
import { longestSequence, type Model, type ModelConfig } from '@gyre/transformers'
import { UsageError } from '../errors.js'
import type { Task } from './task.js'

/** Throws a `UsageError` when a model has no positions for so many tokens. */
export function checkSequenceLength(sequenceLength: number, config: ModelConfig): void {
  const longest = longestSequence(config)
  if (sequenceLength > longest) {
    throw new UsageError(
      `--sequence-length ${sequenceLength}: the model takes at most ${longest} tokens at a time`,
    )
  }
}

/** Throws a `UsageError` when a tokenizer has tokens that a model does not know. */
export function checkVocabulary(tokenizer: Tokenizer, config: ModelConfig): void {
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new UsageError(
      `tokenizer.json has ${tokenizer.vocabSize} tokens, and the model beside it knows only ${config.vocabSize}`,
    )
  }
}

/** Throws a `UsageError` when a model's head answers another question than the task asks. */
export function checkHead(model: Model, { name, kind, labels }: Task): void {
  if (model.hasTaskHead === (kind === 'language-model')) {
    const wanted = model.hasTaskHead ? 'a language model' : 'a classifier'
    throw new UsageError(`--task ${name} needs ${wanted}, and the model is a ${model.architecture}`)
  }
  if (model.task !== 'sequence-classification') return
  const wanted = kind === 'regression' ? 1 : labels.length
  if (model.numLabels !== wanted)
    throw new UsageError(
      `--task ${name} needs a head with ${wanted} outputs, and the model's has ${model.numLabels}`,
    )
}
