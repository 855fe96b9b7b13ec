import v8 from 'node:v8'
import { add, ops, SampleSource, type Tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

describe.each(['simd128', 'relaxed-simd'] as const)('adamw with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)

  it.each([
    [{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }],
    [{ beta1: 0, beta2: 0.95, epsilon: 1e-6, weightDecay: 0 }],
  ])('for parameters of many sizes with %o', (options) => {
    const source = new SampleSource(1, 'float32')
    const shapes = [[1], [], [7, 5], [131, 257], [3], [0], [70_001]]
    const inputs = {
      parameters: shapes.map((shape) => source.normal(shape)),
      gradients: shapes.map((shape) => source.normal(shape)),
      firstMoments: shapes.map((shape) => source.normal(shape)),
      secondMoments: shapes.map((shape) => source.between(shape)),
      learningRate: source.between([], 0.001, 0.01),
      step: add(source.integers([], 1000), 1) as Tensor,
    }
    expectLikeReference(backends, ops.adamw, inputs, options)
  })
})
