import { queryObjects } from 'node:v8'
import { valueAndGrad } from '@gyre/autograd'
import { AdamW, Linear, Module, seedParameters } from '@gyre/nn'
import { exp, mean, mul, randn, Tensor } from '@gyre/tensor'
import { expect, it } from 'vitest'

class TwoLayers extends Module {
  readonly first = new Linear(6, 12)
  readonly second = new Linear(12, 2)

  override forward(x: Tensor): Tensor {
    return this.second.forward(exp(this.first.forward(x)))
  }
}

it('a training loop without a dispose in it has as many live tensors at step 300 as at step 30', () => {
  const model = new TwoLayers()
  seedParameters(model, 1)
  const optimizer = new AdamW(model, { learningRate: 1e-2, weightDecay: 0.01 })
  const step = valueAndGrad((x: Tensor) => {
    const y = model.forward(x)
    return mean(mul(y, y))
  }, model)
  const alive: number[] = []
  const losses: number[] = []
  for (let i = 1; i <= 300; i++) {
    const { value, grads } = step(randn([4, 6], { seed: i }))
    optimizer.step(grads)
    losses.push(value.itemSync())
    if (i === 30 || i === 300) alive.push(queryObjects(Tensor, { format: 'count' }))
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 10)
  expect(alive[1]).toBe(alive[0])
})
