import { valueAndGrad } from '@gyre/autograd'
import { add, type HasParameters, mul, type Tensor } from '@gyre/tensor'
import type { Model, ModelInputs } from '@gyre/transformers'

/** The summed loss of all parts times `labelShare`, and its gradients by what is trained: part by part. */
export function accumulateGradients(
  model: Model,
  trained: HasParameters,
  parts: readonly ModelInputs[],
  labelShare: Tensor,
): { loss: Tensor; grads: Map<string, Tensor> } {
  let total: { loss: Tensor; grads: Map<string, Tensor> } | undefined
  for (const inputs of parts) {
    const step = valueAndGrad(() => {
      const { loss } = model.forward({ ...inputs, lossReduction: 'sum' })
      // The mean is over the labels of the whole batch, not of this part.
      return mul(loss!, labelShare)
    }, trained)
    const { value, grads } = step()
    if (!total) total = { loss: value, grads }
    else {
      const sums = new Map<string, Tensor>()
      for (const [name, gradient] of total.grads) sums.set(name, add(gradient, grads.get(name)!))
      total = { loss: add(total.loss, value), grads: sums }
    }
  }
  return total!
}
