import { queryObjects } from 'node:v8'
import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { AdamW, Linear, Module, seedParameters } from '@gyre/nn'
import { exp, mean, mul, randn, Tensor } from '@gyre/tensor'
import { expect, it } from 'vitest'
import { onEveryBackend } from './on-every-backend.js'

class TwoLayers extends Module {
  readonly first = new Linear(6, 12)
  readonly second = new Linear(12, 2)

  override forward(x: Tensor): Tensor {
    return this.second.forward(exp(this.first.forward(x)))
  }
}

onEveryBackend(() => {
  it.each([
    ['eager', ((fn: unknown) => fn) as typeof compile],
    ['compiled', compile],
  ])(
    'a training loop without a dispose in it, %s, has no more live tensors in its last steps than in its first',
    (_, build) => {
      const model = new TwoLayers()
      seedParameters(model, 1)
      const optimizer = new AdamW(model, { learningRate: 1e-2, weightDecay: 0.01 })
      const gradients = valueAndGrad((x: Tensor) => {
        const y = model.forward(x)
        return mean(mul(y, y))
      }, model)
      const step = build(
        (x: Tensor) => {
          const { value, grads } = gradients(x)
          optimizer.step(grads)
          return value
        },
        model,
        optimizer,
      )
      const alive: number[] = []
      const losses: number[] = []
      for (let i = 1; i <= 300; i++) {
        losses.push(step(randn([4, 6], { seed: i }) as Tensor).itemSync())
        if (i % 50 === 0) alive.push(queryObjects(Tensor, { format: 'count' }))
      }
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 10)
      // The collector may find a step's tensors once more on the stack of the code that it interrupts, so the fewest count.
      expect(Math.min(...alive.slice(3))).toBeLessThanOrEqual(Math.min(...alive.slice(0, 3)))
    },
  )
})
