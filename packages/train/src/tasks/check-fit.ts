import type { Tokenizer } from '@gyre/data'
import { longestSequence, type Model, type ModelConfig, type ModelTask, tasksOf } from '@gyre/transformers'
import { TrainingError } from '../errors.js'
import type { Task, TaskKind } from './task.js'

/** What a model must be for a kind of task: one of these. */
const modelTasks: { readonly [Kind in TaskKind]: readonly ModelTask[] } = {
  'language-model': ['causal-lm', 'masked-lm'],
  instruct: ['causal-lm'],
  classification: ['sequence-classification'],
  regression: ['sequence-classification'],
}

const headNames: { readonly [Kind in TaskKind]: string } = {
  'language-model': 'a language model',
  instruct: 'a causal language model',
  classification: 'a model with a classification head',
  regression: 'a model with a classification head',
}

/** Throws a `TrainingError` when no model of an architecture can do a kind of task. */
export function checkKind(name: string, kind: TaskKind, config: ModelConfig): void {
  const possible = tasksOf(config)
  if (modelTasks[kind].some((task) => possible.includes(task))) return
  throw new TrainingError(
    `task ${name} needs ${headNames[kind]}, and ${config.modelType} has only ${possible.join(' and ')}`,
  )
}

/** Throws a `TrainingError` when a model has no positions for so many tokens. */
export function checkSequenceLength(sequenceLength: number, config: ModelConfig): void {
  const longest = longestSequence(config)
  if (sequenceLength > longest) {
    throw new TrainingError(
      `sequence length ${sequenceLength}: the model takes at most ${longest} tokens at a time`,
    )
  }
}

/** Throws a `TrainingError` when a tokenizer has tokens that a model does not know. */
export function checkVocabulary(tokenizer: Tokenizer, config: ModelConfig): void {
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new TrainingError(
      `tokenizer.json has ${tokenizer.vocabSize} tokens, and the model beside it knows only ${config.vocabSize}`,
    )
  }
}

/** Throws a `TrainingError` when a model's head answers another question than the task asks. */
export function checkHead(model: Model, { name, kind, labels }: Task): void {
  if (!modelTasks[kind].includes(model.task)) {
    throw new TrainingError(`task ${name} needs ${headNames[kind]}, and the model is a ${model.architecture}`)
  }
  if (model.task !== 'sequence-classification') return
  const wanted = kind === 'regression' ? 1 : labels.length
  if (model.numLabels !== wanted) {
    throw new TrainingError(
      `task ${name} needs a head with ${wanted} outputs, and the model's has ${model.numLabels}`,
    )
  }
}
