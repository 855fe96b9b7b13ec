import type { Adapter, Site } from '@gyre/adapters'
import { cost, costWithin } from '@gyre/graph'
import { applyMethod, type Trainable, type TrainingMethod } from '@gyre/train'
import { createModel, type Model, type ModelConfig, type ModelTask } from '@gyre/transformers'
import { frozenNumbers } from './frozen-numbers.js'
import { type BatchShape, checkBatch, traceForward, traceTrainingStep } from './traced-model.js'

export interface ReportOptions {
  /** How the report calls the model. */
  readonly name: string
  readonly config: ModelConfig
  /** Default the configuration's first. */
  readonly task?: ModelTask
  /** What to compare, each with its targets: `parseMethods(…)`. */
  readonly methods: readonly TrainingMethod[]
  /** Sequences in the traced batch. Default 1. */
  readonly batchSize?: number
  /** Tokens in each sequence. Default 128. */
  readonly sequenceLength?: number
  /** Whether each step is traced a second time, with activation checkpointing. Default false. */
  readonly memory?: boolean
}

/** What methods cost on one model. Plain data: it is its own JSON. */
export interface Report {
  readonly model: ModelCosts
  readonly batch: BatchShape
  readonly methods: readonly MethodReport[]
}

export interface ModelCosts {
  readonly name: string
  readonly architecture: string
  readonly parameters: number
  readonly parameterBytes: number
  /** Of the forward pass without any adapter. */
  readonly forwardFlopsPerToken: number
}

export interface MethodReport {
  /** The method as text: `lora:r=8`. */
  readonly method: string
  /** Only adapters have targets. */
  readonly targets: readonly string[]
  /** Layers that got an adapter. */
  readonly sites: number
  /** Trained numbers, the head's apart. */
  readonly parameters: number
  /** Numbers of the adapter that stay as they were drawn: VeRA's bases, FourierFT's indices. */
  readonly frozenParameters: number
  /** Numbers that are saved, the head's apart: the trained and the frozen ones. */
  readonly storedParameters: number
  /** Numbers of the head that is trained beside them. */
  readonly headParameters: number
  /** `parameters` over all of the model's. */
  readonly shareOfModel: number
  /**
   * What the adapter adds to the forward pass, traced: its own operations and adding its output to the layer's.
   * What it does once per call (BCA transforms its kernels) is spread over the tokens of the batch.
   */
  readonly adapterFlopsPerToken: number
  /** What it adds to the forward and backward pass of a training step, in the same way. */
  readonly adapterStepFlopsPerToken: number
  /** The parameters and the FLOPs of the forward pass by the method's formulas; null for a method without an adapter. */
  readonly closedForm: { readonly parameters: number; readonly adapterFlopsPerToken: number } | null
  readonly trainingStep: TrainingStepCosts
  /** The same step when each layer's activations are computed a second time instead of kept. */
  readonly checkpointedStep?: TrainingStepCosts
}

/** One step on the batch: forward with dropout, backward and AdamW, traced. docs/cost-model.md says what counts. */
export interface TrainingStepCosts {
  readonly flopsPerToken: number
  readonly forwardFlopsPerToken: number
  readonly backwardFlopsPerToken: number
  readonly updateFlopsPerToken: number
  /** All parameters that the step reads, frozen ones included. */
  readonly parameterBytes: number
  /** One number for each that is trained; all of them are there when AdamW begins. */
  readonly gradientBytes: number
  /** Kept from the forward pass for the backward pass. */
  readonly activationBytes: number
  /** AdamW's two moments and its step. */
  readonly optimizerBytes: number
  /** Most bytes alive at one time, parameters and optimiser included: a count, and a lower bound. */
  readonly peakBytes: number
}

/**
 * Counts what methods cost on a model, by tracing the model's own code on shapes alone: no weight is drawn or
 * allocated, so the model may be larger than the machine.
 */
export function reportModel(options: ReportOptions): Report {
  const { name, methods, batchSize = 1, sequenceLength = 128 } = options
  const batch = { batchSize, sequenceLength }
  const base = newModel(options)
  checkBatch(base, name, batch)
  const parameters = base.countParameters()
  return {
    model: {
      name,
      architecture: base.architecture,
      parameters,
      parameterBytes: 4 * parameters,
      forwardFlopsPerToken: cost(traceForward(base, batch)).flops / (batchSize * sequenceLength),
    },
    batch,
    // A model of its own for each: a method decides what is frozen.
    methods: methods.map((method) => reportMethod(newModel(options), method, batch, options)),
  }
}

function newModel({ config, task }: ReportOptions): Model {
  return createModel(config, { seed: 0, task })
}

function reportMethod(
  model: Model,
  method: TrainingMethod,
  batch: BatchShape,
  { memory = false }: ReportOptions,
): MethodReport {
  const trainable = applyMethod(model, method, { seed: 0 })
  const { adapter, counts } = trainable
  const tokens = batch.batchSize * batch.sequenceLength
  const { step, adapterFlops } = traceStep(model, trainable, batch)
  const frozenParameters = adapter ? frozenNumbers(adapter) : 0
  model.activationCheckpointing = true
  return {
    method: method.label,
    targets: method.kind === 'adapter' ? method.method.targets.targets : [],
    sites: adapter?.sites.length ?? 0,
    parameters: counts.adapter,
    frozenParameters,
    storedParameters: counts.adapter + frozenParameters,
    headParameters: counts.head,
    shareOfModel: counts.adapter / model.countParameters(),
    adapterFlopsPerToken: adapterFlops.forward,
    adapterStepFlopsPerToken: adapterFlops.forward + adapterFlops.backward,
    closedForm: adapter ? closedForm(adapter, tokens) : null,
    trainingStep: step,
    ...(memory && { checkpointedStep: traceStep(model, trainable, batch).step }),
  }
}

function traceStep(model: Model, trainable: Trainable, batch: BatchShape) {
  const tokens = batch.batchSize * batch.sequenceLength
  const graph = traceTrainingStep(model, trainable, batch)
  const { flops, byPhase, parameters, activationBytes, state, peakBytes } = cost(graph)
  const step: TrainingStepCosts = {
    flopsPerToken: flops / tokens,
    forwardFlopsPerToken: byPhase.forward.flops / tokens,
    backwardFlopsPerToken: byPhase.backward.flops / tokens,
    updateFlopsPerToken: byPhase.update.flops / tokens,
    parameterBytes: parameters.bytes,
    gradientBytes: 4 * parameters.trainable,
    activationBytes,
    optimizerBytes: state.bytes,
    peakBytes,
  }
  const adapterFlops = (phase: 'forward' | 'backward'): number =>
    costWithin(graph, (path, at) => at === phase && path.split('.').includes('delta')).flops / tokens
  return { step, adapterFlops: { forward: adapterFlops('forward'), backward: adapterFlops('backward') } }
}

/** What the method's formulas say for all its sites. */
function closedForm({ sites, method }: Adapter, tokens: number) {
  const sum = (count: (site: Site) => number): number =>
    sites.reduce((total, { site }) => total + count(site), 0)
  return {
    parameters: sum((site) => method.parameterCount(site)),
    // The formula is of ΔW x; the layer then adds it to its own output.
    adapterFlopsPerToken: sum((site) => method.flops(site, tokens) + tokens * site.outFeatures) / tokens,
  }
}
