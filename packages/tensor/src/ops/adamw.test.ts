import { describe, expect, it } from 'vitest'
import { adamw, adamwOp, randn, type Tensor, tensor, zeros } from '../index.js'

const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }
const scalar = (value: number, dtype: 'float32' | 'float64' | 'int32') => tensor(value, { dtype }) as Tensor

function state(parameters: readonly Tensor[], gradients: readonly Tensor[], step = 1, rate = 0.1) {
  const { dtype } = parameters[0]!
  const fresh = () => parameters.map(({ shape }) => zeros(shape, { dtype }) as Tensor)
  return {
    parameters,
    gradients,
    firstMoments: fresh(),
    secondMoments: fresh(),
    learningRate: scalar(rate, dtype as 'float32'),
    step: scalar(step, 'int32'),
  }
}

describe('adamw', () => {
  it('moves each number by the learning rate against its gradient in the first step, after the decay', () => {
    const p = tensor([1, -2, 3], { dtype: 'float64' }) as Tensor
    const g = tensor([5, -0.001, 0], { dtype: 'float64' }) as Tensor
    const moved = adamw(state([p], [g]), options).parameters[0]!.dataSync()
    // 1 - lr · weightDecay = 0.999; then lr · sign(gradient), where epsilon is small beside the gradient.
    expect(moved[0]).toBeCloseTo(0.999 - 0.1, 7)
    expect(moved[1]).toBeCloseTo(-1.998 + 0.1, 5)
    expect(moved[2]).toBe(3 * 0.999)
  })

  it('updates every parameter of the lists, keeping shapes, and leaves its inputs alone', () => {
    const parameters = [randn([2, 3], { seed: 1 }), randn([4], { seed: 2 })] as Tensor[]
    const gradients = [randn([2, 3], { seed: 3 }), randn([4], { seed: 4 })] as Tensor[]
    const before = parameters[1]!.dataSync()
    const result = adamw(state(parameters, gradients), options)
    expect(result.parameters.map(({ shape }) => shape)).toEqual([[2, 3], [4]])
    expect(result.firstMoments[1]!.dataSync()[0]).toBeCloseTo(0.1 * gradients[1]!.dataSync()[0]!, 6)
    expect(result.secondMoments[1]!.dataSync()[0]).toBeCloseTo(0.001 * gradients[1]!.dataSync()[0]! ** 2, 8)
    expect(parameters[1]!.dataSync()).toEqual(before)
  })

  it('agrees with its composition in float32, at the first step and at a late one', () => {
    for (const step of [1, 100_000]) {
      const inputs = state([randn([50], { seed: 1 })], [randn([50], { seed: 2 })], step, 1)
      const fused = adamw(inputs, { ...options, weightDecay: 0.5 }).parameters[0]!.dataSync()
      const composed = adamwOp.composition!(inputs, {
        ...options,
        weightDecay: 0.5,
      }).parameters![0]!.dataSync()
      composed.forEach((value, i) => {
        expect(value).toBeCloseTo(fused[i]!, 5)
      })
    }
  })

  it('says what does not fit', () => {
    const p = zeros([2]) as Tensor
    const good = state([p], [p])
    expect(() => adamw({ ...good, gradients: [] }, options)).toThrow(
      'adamw: 1 parameters and 0 gradients; expected as many of each',
    )
    expect(() => adamw({ ...good, secondMoments: [zeros([3]) as Tensor] }, options)).toThrow(
      'adamw: secondMoments[0] has shape [3], its parameter [2]',
    )
    expect(() => adamw({ ...good, step: scalar(1, 'float32') }, options)).toThrow(
      'adamw: step has dtype float32; expected int32',
    )
    expect(() => adamw({ ...good, learningRate: zeros([1]) as Tensor }, options)).toThrow(
      'adamw: learningRate has shape [1]; expected a scalar',
    )
    expect(() => adamw({ ...good, learningRate: scalar(1, 'float64') }, options)).toThrow(
      'adamw: parameters[0] has dtype float32; expected float64',
    )
  })
})
