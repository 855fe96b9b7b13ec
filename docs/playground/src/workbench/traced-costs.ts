import { reportModel } from '@gyre/report'
import type { TrainingMethod } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import type { RunFacts } from '../contract.js'

/** What a method costs on a model, traced on shapes alone as `gyre report` does it. */
export function tracedCosts(
  { config, task }: Model,
  method: TrainingMethod,
  { batchSize, sequenceLength }: { readonly batchSize: number; readonly sequenceLength: number },
): Pick<
  RunFacts,
  | 'modelParameters'
  | 'trainableParameters'
  | 'headParameters'
  | 'forwardFlopsPerToken'
  | 'adapterFlopsPerToken'
  | 'trainingFlopsPerToken'
> {
  const { model, methods } = reportModel({
    name: 'the base model',
    config,
    task,
    methods: [method],
    batchSize,
    sequenceLength,
  })
  const [{ parameters, headParameters, adapterFlopsPerToken, trainingStep }] = methods as [
    (typeof methods)[0],
  ]
  return {
    modelParameters: model.parameters,
    trainableParameters: parameters,
    headParameters,
    forwardFlopsPerToken: model.forwardFlopsPerToken,
    adapterFlopsPerToken,
    trainingFlopsPerToken: trainingStep.flopsPerToken,
  }
}
