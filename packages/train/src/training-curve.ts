import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { gradNorm, type Optimizer } from '@gyre/nn'
import type { HasParameters, Tensor } from '@gyre/tensor'

/** What a training showed before each of its updates. */
export interface TrainingCurve {
  readonly losses: readonly number[]
  /** L2 norms of the gradient of everything that is trained. */
  readonly gradNorms: readonly number[]
  /** The step, counted from 1, at which the training diverged. The curve ends before it. */
  readonly divergedAt?: number
}

export interface TrainingCurveOptions<Batch> {
  /** The loss of a batch, a scalar. It is compiled: what changes from step to step is in the batch. */
  readonly loss: (batch: Batch) => Tensor
  readonly trained: HasParameters
  /** Made for `trained`; its own learning rate applies at every step. */
  readonly optimizer: Optimizer
  /** The batch of a step, counted from 0. */
  readonly batchAt: (step: number) => Batch
  readonly steps: number
}

/** What a training shows before one of its updates. */
export interface TrainingPoint {
  /** Counted from 1. */
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
  /** Whether the training is over because of it. */
  readonly diverged: boolean
}

/** A loss above this multiple of the first one is not on its way back. */
const farAbove = 100

/**
 * Trains, and tells of every step before the next one is computed. It ends where it diverges: where the loss or the
 * gradient is no number, the loss is above 100 times the first, or the gradient is exactly 0, since a step has thrown
 * every unit to where nothing reaches it any more.
 */
export async function* trainingPoints<Batch>(
  options: TrainingCurveOptions<Batch>,
): AsyncGenerator<TrainingPoint, void> {
  const { loss, trained, optimizer, batchAt, steps } = options
  const update = compile(
    (batch: Batch) => {
      const { value, grads } = valueAndGrad(() => loss(batch), trained)()
      optimizer.step(grads)
      return { loss: value, norm: gradNorm(grads) }
    },
    trained,
    optimizer,
  )
  let first: number | undefined
  for (let step = 0; step < steps; step++) {
    const result = update(batchAt(step))
    const [value, norm] = [await result.loss.item(), await result.norm.item()]
    first ??= value
    const isTraining = Number.isFinite(value) && Number.isFinite(norm) && norm > 0
    const diverged = !isTraining || value > farAbove * first
    yield { step: step + 1, loss: value, gradNorm: norm, diverged }
    if (diverged) return
  }
}

/** Trains and writes down how it went, until it ends as `trainingPoints` does. */
export async function recordTrainingCurve<Batch>(
  options: TrainingCurveOptions<Batch>,
): Promise<TrainingCurve> {
  const losses: number[] = []
  const gradNorms: number[] = []
  for await (const { step, loss, gradNorm, diverged } of trainingPoints(options)) {
    if (diverged) return { losses, gradNorms, divergedAt: step }
    losses.push(loss)
    gradNorms.push(gradNorm)
  }
  return { losses, gradNorms }
}
