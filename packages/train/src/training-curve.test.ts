import { SGD } from '@gyre/nn'
import { mean, mul, Parameter, relu, sum, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { recordTrainingCurve, trainingPoints } from './training-curve.js'

/** Gradient descent on `½ h w²` from w = 1: each step multiplies w by `1 - rate · h`. */
function descend(rate: number, { curvature = 4, steps = 5 } = {}) {
  const w = new Parameter({ shape: [1], dtype: 'float32' }, () => Float32Array.of(1))
  const trained = { namedParameters: () => [['w', w]] as const }
  return recordTrainingCurve({
    loss: (h: Tensor) => mul(mean(mul(h, mul(w.value as Tensor, w.value as Tensor))), 0.5),
    trained,
    optimizer: new SGD(trained, { learningRate: rate }),
    batchAt: () => tensor([curvature]),
    steps,
  })
}

describe('recordTrainingCurve', () => {
  it('gives the loss and the norm of the gradient before every update', async () => {
    const { losses, gradNorms, divergedAt } = await descend(0.125, { steps: 3 })
    expect(losses).toEqual([2, 0.5, 0.125])
    expect(gradNorms).toEqual([4, 2, 1])
    expect(divergedAt).toBeUndefined()
  })

  it('ends where the loss is far above the first', async () => {
    // w grows by a factor of 3 at each step, the loss by 9: above 100 times the first at the fourth.
    const { losses, gradNorms, divergedAt } = await descend(1)
    expect(losses).toEqual([2, 18, 162])
    expect(gradNorms).toHaveLength(3)
    expect(divergedAt).toBe(4)
  })

  it('ends where the loss is no number', async () => {
    expect(await descend(0.1, { curvature: Number.NaN })).toEqual({
      losses: [],
      gradNorms: [],
      divergedAt: 1,
    })
  })

  it('ends where nothing reaches the parameters any more', async () => {
    const w = new Parameter({ shape: [2], dtype: 'float32' }, () => Float32Array.of(1, 1))
    const trained = { namedParameters: () => [['w', w]] as const }
    const curve = await recordTrainingCurve({
      loss: (x: Tensor) => sum(relu(mul(x, w.value as Tensor))),
      trained,
      optimizer: new SGD(trained, { learningRate: 10 }),
      batchAt: () => tensor([1, 1]),
      steps: 5,
    })
    expect(curve).toMatchObject({ losses: [2], divergedAt: 2 })
  })
})

describe('trainingPoints', () => {
  it('tells of a step before the next one is computed, and of the one that diverged', async () => {
    const w = new Parameter({ shape: [1], dtype: 'float32' }, () => Float32Array.of(1))
    const trained = { namedParameters: () => [['w', w]] as const }
    let batches = 0
    const points = trainingPoints({
      loss: (h: Tensor) => mul(mean(mul(h, mul(w.value as Tensor, w.value as Tensor))), 0.5),
      trained,
      optimizer: new SGD(trained, { learningRate: 3 }),
      batchAt: () => {
        batches++
        return tensor([4])
      },
      steps: 5,
    })
    expect((await points.next()).value).toEqual({ step: 1, loss: 2, gradNorm: 4, diverged: false })
    expect(batches).toBe(1)
    // w was multiplied by -11.
    expect((await points.next()).value).toEqual({ step: 2, loss: 242, gradNorm: 44, diverged: true })
    expect((await points.next()).done).toBe(true)
    expect(batches).toBe(2)
  })
})
