import { reportModel } from '@gyre/report'
import type { TrainingMethod } from '@gyre/train'
import type { Model } from '@gyre/transformers'

/** What a method costs on a model. */
export interface TracedCosts {
  /** Numbers of the model. */
  readonly modelParameters: number
  /** Without the head's. */
  readonly trainableParameters: number
  readonly headParameters: number
  readonly forwardFlopsPerToken: number
  readonly adapterFlopsPerToken: number
  readonly trainingFlopsPerToken: number
  /** Most bytes of a training step at one time: a lower bound. */
  readonly peakBytes: number
}

/** Counts by tracing on shapes alone, as `gyre report` does it. */
export function tracedCosts(
  { config, task }: Pick<Model, 'config' | 'task'>,
  method: TrainingMethod,
  { batchSize, sequenceLength }: { readonly batchSize: number; readonly sequenceLength: number },
): TracedCosts {
  const { model, methods } = reportModel({
    name: 'the base model',
    config,
    task,
    methods: [method],
    batchSize,
    sequenceLength,
  })
  const { parameters, headParameters, adapterFlopsPerToken, trainingStep } = methods[0]!
  return {
    modelParameters: model.parameters,
    trainableParameters: parameters,
    headParameters,
    forwardFlopsPerToken: model.forwardFlopsPerToken,
    adapterFlopsPerToken,
    trainingFlopsPerToken: trainingStep.flopsPerToken,
    peakBytes: trainingStep.peakBytes,
  }
}
