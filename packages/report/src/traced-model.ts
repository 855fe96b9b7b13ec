import { valueAndGrad } from '@gyre/autograd'
import { type Graph, type SpecsOf, trace } from '@gyre/graph'
import { AdamW } from '@gyre/nn'
import type { Shape, Tensor, TensorSpec } from '@gyre/tensor'
import type { Trainable } from '@gyre/train'
import { longestSequence, type Model, type ModelInputs } from '@gyre/transformers'
import { ReportError } from './errors.js'

/** Sequences in a batch, and tokens in each; none of them padding. */
export interface BatchShape {
  readonly batchSize: number
  readonly sequenceLength: number
}

/** The forward pass of a model in its `eval` mode, as it runs after training: no labels, no dropout. */
export function traceForward(model: Model, { batchSize, sequenceLength }: BatchShape): Graph {
  const forward = (inputIds: Tensor): Tensor => model.forward({ inputIds }).logits
  return trace(forward, model)(int32(batchSize, sequenceLength))
}

/** One step of training: the loss with dropout, its gradients for what is trained, and AdamW's update. */
export function traceTrainingStep(model: Model, trainable: Trainable, batch: BatchShape): Graph {
  const optimizer = new AdamW(trainable.groups, { learningRate: 1e-3 })
  model.train()
  const step = (inputs: ModelInputs, learningRate: Tensor): Tensor => {
    const { value, grads } = valueAndGrad(() => model.forward(inputs).loss!, trainable)()
    optimizer.step(grads, { learningRate })
    return value
  }
  return trace(step, model, trainable)(trainingInputs(model, batch), { shape: [], dtype: 'float32' })
}

/** Throws a `ReportError` when the model has no positions for so many tokens, or nothing to predict in them. */
export function checkBatch(model: Model, name: string, { batchSize, sequenceLength }: BatchShape): void {
  const { config } = model
  const longest = longestSequence(config)
  // A causal model predicts each token from those before it.
  const shortest = model.task === 'causal-lm' ? 2 : 1
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ReportError(`batch size ${batchSize}: expected an integer ≥ 1`)
  }
  if (!Number.isInteger(sequenceLength) || sequenceLength < shortest || sequenceLength > longest) {
    throw new ReportError(
      `sequence length ${sequenceLength}: ${name} is trained on ${shortest} to ${longest} tokens at a time`,
    )
  }
}

function trainingInputs(model: Model, { batchSize, sequenceLength }: BatchShape): SpecsOf<ModelInputs> {
  const tokens = int32(batchSize, sequenceLength)
  const inputs = { inputIds: tokens, seed: int32(2) }
  if (model.task !== 'sequence-classification') return { ...inputs, labels: tokens }
  return { ...inputs, labels: { shape: [batchSize], dtype: model.isRegression ? 'float32' : 'int32' } }
}

function int32(...shape: Shape): TensorSpec {
  return { shape, dtype: 'int32' }
}
