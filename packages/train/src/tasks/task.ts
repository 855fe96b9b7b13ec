import type { Batches, Metric, Tokenizer } from '@gyre/data'
import type { LoadModelOptions, ModelConfig } from '@gyre/transformers'
import type { Portion } from './portion.js'

export const taskKinds = ['language-model', 'instruct', 'classification', 'regression'] as const
export type TaskKind = (typeof taskKinds)[number]

/** What a model is trained for, with its data as batches. */
export interface Task extends TaskBatches {
  readonly name: string
  readonly kind: TaskKind
  /** Names of the classes; empty for other kinds. */
  readonly labels: readonly string[]
  readonly metrics: readonly Metric[]
}

export interface TaskBatches {
  /** Empty where everything is measured. */
  readonly train: Batches | undefined
  readonly heldOut: Batches
  /** Of a text. */
  readonly heldOutCharacters?: number
  /** What of the data could not be used: sentences for whoever brought it. */
  readonly notes?: readonly string[]
}

export interface TaskOptions {
  readonly batchSize: number
  /** Tokens in a sequence, at most. */
  readonly sequenceLength: number
  readonly seed: number
  /** Labelled texts are padded to a multiple of it, for fewer shapes to compile. Default 1. */
  readonly lengthMultiple?: number
}

/** How a task's data becomes batches. */
export interface TaskEncoding {
  readonly tokenizer: Tokenizer
  readonly config: ModelConfig
  readonly options: TaskOptions
  /** Default all the data. */
  readonly portion?: Portion
}

/** The head that a task needs on a base which has none: it is drawn from the seed, or read from an adapter. */
export function headFor({ kind, labels }: Pick<Task, 'kind' | 'labels'>): LoadModelOptions {
  if (kind === 'language-model' || kind === 'instruct') return {}
  const regression = kind === 'regression'
  return {
    task: 'sequence-classification',
    strictness: 'new-head',
    ...(regression ? { numLabels: 1 } : { numLabels: labels.length, labels }),
    problemType: regression ? 'regression' : 'single_label_classification',
  }
}

/** The id of padding, which a mask keeps everyone from reading: any will do where there is none of its own. */
export function paddingOf({ tokenizer, config }: Pick<TaskEncoding, 'tokenizer' | 'config'>): number {
  return config.padTokenId ?? tokenizer.special.pad ?? tokenizer.special.eos ?? 0
}
