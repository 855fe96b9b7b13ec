import { type Compiled, compile } from '@gyre/graph'
import { AdamW, clipGradNorm, type Schedule } from '@gyre/nn'
import { full, Rng, type Tensor, tensor } from '@gyre/tensor'
import type { Model, ModelInputs } from '@gyre/transformers'
import type { Trainable } from './apply-method.js'
import { DivergenceError, TrainingError } from './errors.js'
import { accumulateGradients } from './gradients.js'

/** A part of a step's batch, with the number of labels that count in its loss. */
export interface MicroBatch {
  readonly inputs: ModelInputs
  readonly labelCount: number
}

/**
 * Everything that a step is trained on: a pure function of the step, so that a resumed run sees what an
 * undisturbed one would have seen. Several parts accumulate their gradients.
 */
export type BatchSource = (step: number) => readonly MicroBatch[]

export interface TrainerOptions {
  readonly totalSteps: number
  readonly learningRate: number
  /** For a head that is trained beside an adapter, whose own rate may be far from it; default `learningRate`. */
  readonly headLearningRate?: number
  /** Multiplier of the learning rate at each step, counted from 0. */
  readonly schedule: Schedule
  readonly weightDecay?: number
  /** Gradients longer than this, over all parameters together, are scaled down to it. */
  readonly maxGradNorm?: number
  /** Seeds dropout. */
  readonly seed: number
}

export interface StepResult {
  /** Steps done, this one included. */
  readonly step: number
  /** Mean over the labels of all parts, before the update. */
  readonly loss: number
  /** Global L2 norm before clipping; only where clipping asked for it. */
  readonly gradNorm: number | undefined
  /** The schedule's learning rate; a group's is this times its scale. */
  readonly learningRate: number
}

/** Runs the steps of one training. It holds no data and writes no files. */
export class Trainer {
  readonly optimizer: AdamW
  readonly #model: Model
  readonly #trainable: Trainable
  readonly #batches: BatchSource
  readonly #options: TrainerOptions
  /** Compiled: batches of the same shapes run what the first of them traced. */
  readonly #update: Compiled<
    readonly [parts: readonly ModelInputs[], labelShare: Tensor, learningRate: Tensor],
    StepTensors
  >
  #step = 0
  #lastLoss: number | undefined

  constructor(model: Model, trainable: Trainable, batches: BatchSource, options: TrainerOptions) {
    this.#model = model
    this.#trainable = trainable
    this.#batches = batches
    this.#options = options
    const { learningRate, headLearningRate = learningRate } = options
    const groups = trainable.groups.map((group) =>
      trainable.adapter && group.name === 'head'
        ? { ...group, learningRateScale: headLearningRate / learningRate }
        : group,
    )
    this.optimizer = new AdamW(groups, {
      learningRate,
      weightDecay: options.weightDecay ?? 0,
    })
    this.#update = compile(
      (parts, labelShare, learningRate) => this.#takeStep(parts, labelShare, learningRate),
      model,
      trainable,
      this.optimizer,
    )
  }

  /** Steps done so far. */
  get step(): number {
    return this.#step
  }

  /** The loss of the last step, also where that one was taken before the run was resumed. */
  get lastLoss(): number | undefined {
    return this.#lastLoss
  }

  get done(): boolean {
    return this.#step >= this.#options.totalSteps
  }

  /** Continues after `step` steps; the optimiser's and the model's tensors must have been loaded. */
  resumeAt(step: number, lastLoss: number | undefined): void {
    this.#step = step
    this.#lastLoss = lastLoss
  }

  /** One update. Throws a `DivergenceError` when the loss is no number. */
  async runStep(): Promise<StepResult> {
    const { learningRate, schedule, seed } = this.#options
    const rate = learningRate * schedule(this.#step)
    const parts = this.#batches(this.#step)
    const labelCount = parts.reduce((total, part) => total + part.labelCount, 0)
    if (labelCount === 0) throw new TrainingError(`step ${this.#step + 1}: the batch has no labels`)
    this.#model.train()
    const seeds = new Rng(seed).child('dropout').child(this.#step)
    const { loss, norm } = this.#update(
      parts.map(({ inputs }, index) => {
        // Every part draws its own dropout masks, which depend on nothing but the seed, the step and the part.
        return { ...inputs, seed: tensor(Int32Array.from(seeds.child(index).key)) }
      }),
      full([], 1 / labelCount),
      full([], rate),
    )
    this.#model.eval()
    this.#step++
    const value = await loss.item()
    if (!Number.isFinite(value)) {
      throw new DivergenceError(
        `step ${this.#step}: the loss is ${value}; a lower learning rate than ${learningRate} may help`,
      )
    }
    this.#lastLoss = value
    return { step: this.#step, loss: value, gradNorm: await norm?.item(), learningRate: rate }
  }

  /** A whole step as one function of tensors: gradients, clipping, update. */
  #takeStep(parts: readonly ModelInputs[], labelShare: Tensor, learningRate: Tensor): StepTensors {
    const { maxGradNorm } = this.#options
    const { loss, grads } = accumulateGradients(this.#model, this.#trainable, parts, labelShare)
    const clipped = maxGradNorm === undefined ? { grads, norm: undefined } : clipGradNorm(grads, maxGradNorm)
    this.optimizer.step(clipped.grads, { learningRate })
    return { loss, norm: clipped.norm }
  }
}

/** What a step leaves behind. */
interface StepTensors {
  readonly loss: Tensor
  readonly norm: Tensor | undefined
}
