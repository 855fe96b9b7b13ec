import { parseRunMethod } from '@gyre/train'
import { createModel, type ModelConfig } from '@gyre/transformers'
import type { BaseName } from '../contract.js'
import { type TracedCosts, tracedCosts } from '../traced-costs.js'
import { taskOf } from './base-outline.js'

export interface CostQuestion {
  readonly base: BaseName
  readonly config: ModelConfig
  readonly method: string
  readonly targets: readonly string[]
  readonly batchSize: number
  readonly sequenceLength: number
  /** Outputs of a head for classes. */
  readonly classes: number
}

/** What a run would train and compute, before anyone starts it. */
export type RunCosts =
  | ({ readonly kind: 'counted' } & TracedCosts)
  /** The gradients of the run's first batches decide what is trained, within a number. */
  | { readonly kind: 'undecided'; readonly budget: number }

/** Counts the costs of the model that a run would train. */
export function countCosts({ classes, ...question }: CostQuestion): RunCosts {
  const task = taskOf[question.base]
  const config = task === 'causal-lm' ? question.config : { ...question.config, numLabels: classes }
  const { taskHeadPaths } = createModel(config, { seed: 0, task })
  const method = parseRunMethod(question.method, { targets: question.targets, modulesToSave: taskHeadPaths })
  if (method.kind === 'automatic') return { kind: 'undecided', budget: method.budget }
  return { kind: 'counted', ...tracedCosts({ config, task }, method, question) }
}
