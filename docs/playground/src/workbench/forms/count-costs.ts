import { reportModel } from '@gyre/report'
import { parseRunMethod } from '@gyre/train'
import { createModel, type ModelConfig } from '@gyre/transformers'
import type { BaseName } from '../contract.js'
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
  | {
      readonly kind: 'counted'
      /** Without the head's. */
      readonly trained: number
      readonly head: number
      /** Numbers of the model. */
      readonly model: number
      readonly forwardFlopsPerToken: number
      readonly adapterFlopsPerToken: number
      readonly trainingFlopsPerToken: number
      /** Most bytes at one time: a lower bound. */
      readonly peakBytes: number
    }
  /** The gradients of the run's first batches decide what is trained, within a number. */
  | { readonly kind: 'undecided'; readonly budget: number }

/** Traces the model that a run would train, on shapes alone, as `gyre report` does. */
export function countCosts(question: CostQuestion): RunCosts {
  const { base, method: text, targets, batchSize, sequenceLength, classes } = question
  const task = taskOf[base]
  const config = task === 'causal-lm' ? question.config : { ...question.config, numLabels: classes }
  const { hasTaskHead, headPaths } = createModel(config, { seed: 0, task })
  const method = parseRunMethod(text, { targets, modulesToSave: hasTaskHead ? headPaths : [] })
  if (method.kind === 'automatic') return { kind: 'undecided', budget: method.budget }
  const report = reportModel({ name: base, config, task, methods: [method], batchSize, sequenceLength })
  const [row] = report.methods
  return {
    kind: 'counted',
    trained: row!.parameters,
    head: row!.headParameters,
    model: report.model.parameters,
    forwardFlopsPerToken: report.model.forwardFlopsPerToken,
    adapterFlopsPerToken: row!.adapterFlopsPerToken,
    trainingFlopsPerToken: row!.trainingStep.flopsPerToken,
    peakBytes: row!.trainingStep.peakBytes,
  }
}
