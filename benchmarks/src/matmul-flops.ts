import { valueAndGrad } from '@gyre/autograd'
import { costWithin, trace } from '@gyre/graph'
import { applyMethod } from '@gyre/train'
import { createModel } from '@gyre/transformers'
import { configOf } from './systems/gyre-model.js'
import { batchOf, methodOf } from './systems/gyre-step.js'
import type { StepTask } from './task.js'

const products = new Set(['matmul', 'linear', 'attention', 'attentionBackward'])

/** Operations of the matrix products in one step, by the conventions of docs/cost-model.md; counted in a trace. */
export function matmulFlops(task: StepTask): number {
  const model = createModel(configOf(task.model), { seed: 0 })
  const { inputs } = batchOf(task.model, 0)
  const loss = () => model.forward(inputs).loss!
  const forward = task.method === 'forward'
  const trainable = forward ? undefined : applyMethod(model, methodOf(task), { seed: 0 })
  const graph = trace(() => (trainable ? valueAndGrad(loss, trainable)().value : loss()))()
  return costWithin(graph, (_path, _phase, op) => products.has(op)).flops
}
