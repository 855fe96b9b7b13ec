import v8 from 'node:v8'
import { add, mul, ops, SampleSource, type Tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const shapes = [
  [1, 1],
  [3],
  [17, 3],
  [5, 5],
  [2, 3, 7, 4],
  [3, 172],
  [67, 1376],
  [1100, 64],
  [2, 8195],
  [0, 4],
]

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const options = { epsilon: 1e-5 }

  it.each(shapes)('layerNorm and its gradients of [%s, …]', (...shape) => {
    const source = new SampleSource(1, 'float32')
    const rows = shape.slice(0, -1)
    const features = shape.slice(-1)
    const inputs = { x: source.normal(shape), weight: source.normal(features), bias: source.normal(features) }
    expectLikeReference(backends, ops.layerNorm, inputs, options)
    const { x, weight } = inputs
    const saved = { mean: source.normal(rows, 0.1), reciprocalDeviation: source.between(rows) }
    const gradients = { grad: source.normal(shape), x, weight, ...saved }
    expectLikeReference(backends, ops.layerNormBackward, gradients, options)
  })

  it.each(shapes)('rmsNorm and its gradients of [%s, …]', (...shape) => {
    const source = new SampleSource(2, 'float32')
    const x = source.normal(shape)
    const weight = source.normal(shape.slice(-1))
    expectLikeReference(backends, ops.rmsNorm, { x, weight }, options)
    const reciprocalRms = source.between(shape.slice(0, -1))
    const gradients = { grad: source.normal(shape), x, weight, reciprocalRms }
    expectLikeReference(backends, ops.rmsNormBackward, gradients, options)
  })

  it('layerNorm keeps the digits of rows that are far from 0', () => {
    const source = new SampleSource(3, 'float32')
    const [weight, bias] = [source.normal([257]), source.normal([257])]
    const x = add(source.normal([9, 257]), 1000) as unknown as Tensor
    expectLikeReference(backends, ops.layerNorm, { x, weight, bias }, options)
  })

  it('norms take numbers whose squares are beyond float32', () => {
    const source = new SampleSource(4, 'float32')
    const [weight, bias] = [source.normal([10]), source.normal([10])]
    const x = mul(source.normal([3, 10]), 1e25) as unknown as Tensor
    expectLikeReference(backends, ops.layerNorm, { x, weight, bias }, options)
    expectLikeReference(backends, ops.rmsNorm, { x, weight }, options)
  })
})
