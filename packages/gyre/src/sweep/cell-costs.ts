import { reportModel } from '@gyre/report'
import { parseRunMethod, provisionalBlockSizes, type TrainingMethod } from '@gyre/train'
import { createModel, type ModelConfig, type ModelTask } from '@gyre/transformers'

/** What a method costs in a model, counted by tracing: the same for every seed and rate. */
export interface CellCosts {
  /** Without the head's. */
  readonly trainableParameters: number
  readonly headParameters: number
  /** What the adapter adds to a forward pass. */
  readonly adapterFlopsPerToken: number
  readonly forwardFlopsPerToken: number
  /** Of a training step: forward, backward and update. */
  readonly flopsPerToken: number
}

/** Where a method is to be trained: a model with the head that a task needs, of which nothing is loaded. */
export interface MethodSite {
  readonly config: ModelConfig
  readonly modelTask: ModelTask
  readonly targets: readonly string[]
}

/** A method as far as it is known before it runs. */
export interface PlannedMethod {
  /** Where the gradients of a run will choose its block sizes, others stand in for them. */
  readonly method: TrainingMethod
  /** The most numbers that it may train, if its block sizes are to be chosen. */
  readonly budget?: number
}

/** Reads a method for a model. An error says what is wrong with it there, a budget that buys nothing among it. */
export function planMethod(text: string, { config, modelTask, targets }: MethodSite): PlannedMethod {
  const model = createModel(config, { seed: 0, task: modelTask })
  const asked = parseRunMethod(text, { targets, modulesToSave: model.taskHeadPaths })
  if (asked.kind !== 'automatic') return { method: asked }
  const { budget } = asked
  return { method: asked.withBlockSizes(provisionalBlockSizes(model, asked)), budget }
}

/** Counts the costs of a method by tracing a training step of so many sequences. */
export function countCosts(
  method: TrainingMethod,
  { config, modelTask }: Pick<MethodSite, 'config' | 'modelTask'>,
  { batchSize, sequenceLength }: { readonly batchSize: number; readonly sequenceLength: number },
): CellCosts {
  const report = reportModel({
    name: config.modelType,
    config,
    task: modelTask,
    methods: [method],
    batchSize,
    sequenceLength,
  })
  const [{ parameters, headParameters, adapterFlopsPerToken, trainingStep }] = report.methods as [
    (typeof report.methods)[number],
  ]
  return {
    trainableParameters: parameters,
    headParameters,
    adapterFlopsPerToken,
    forwardFlopsPerToken: trainingStep.forwardFlopsPerToken,
    flopsPerToken: trainingStep.flopsPerToken,
  }
}
