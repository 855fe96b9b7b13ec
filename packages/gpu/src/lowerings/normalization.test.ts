import { add, ops, SampleSource, type Tensor, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()
const options = { epsilon: 1e-5 }
const shapes = [
  [1, 1],
  [3],
  [17, 3],
  [2, 3, 7, 4],
  [3, 172],
  [67, 1376],
  [1100, 64],
  [17_000, 8],
  [2, 8195],
  [0, 4],
]

describe.skipIf(backend === undefined)('on the GPU', () => {
  it.each(shapes)('layerNorm and its gradients of [%s, …]', async (...shape) => {
    const source = new SampleSource(1, 'float32')
    const rows = shape.slice(0, -1)
    const features = shape.slice(-1)
    const inputs = { x: source.normal(shape), weight: source.normal(features), bias: source.normal(features) }
    await expectOnGpuLikeReference(backend!, ops.layerNorm, inputs, options, 2e-6)
    const { x, weight } = inputs
    const saved = { mean: source.normal(rows, 0.1), reciprocalDeviation: source.between(rows) }
    const gradients = { grad: source.normal(shape), x, weight, ...saved }
    await expectOnGpuLikeReference(backend!, ops.layerNormBackward, gradients, options, 2e-6)
  })

  it.each(shapes)('rmsNorm and its gradients of [%s, …]', async (...shape) => {
    const source = new SampleSource(2, 'float32')
    const x = source.normal(shape)
    const weight = source.normal(shape.slice(-1))
    await expectOnGpuLikeReference(backend!, ops.rmsNorm, { x, weight }, options, 2e-6)
    const reciprocalRms = source.between(shape.slice(0, -1))
    const gradients = { grad: source.normal(shape), x, weight, reciprocalRms }
    await expectOnGpuLikeReference(backend!, ops.rmsNormBackward, gradients, options, 2e-6)
  })

  it.each([1000, 1e6])('layerNorm keeps the digits of rows around %s', async (centre) => {
    const source = new SampleSource(3, 'float32')
    const [weight, bias] = [source.normal([257]), source.normal([257])]
    const x = add(source.normal([9, 257]), centre) as unknown as Tensor
    await expectOnGpuLikeReference(backend!, ops.layerNorm, { x, weight, bias }, options, 2e-6)
  })

  it('norms keep rows apart: one that is NaN, one that is constant', async () => {
    const source = new SampleSource(5, 'float32')
    const [weight, bias] = [source.normal([5]), source.normal([5])]
    const rows = [
      [1, 2, NaN, 4, 5],
      [0.1, 0.1, 0.1, 0.1, 0.1],
      [1, 2, 3, 4, 5],
      [0, 0, 0, 0, 0],
    ]
    const x = tensor(rows.flat(), { shape: [4, 5] }) as Tensor
    await expectOnGpuLikeReference(backend!, ops.layerNorm, { x, weight, bias }, options, 2e-6)
    await expectOnGpuLikeReference(backend!, ops.rmsNorm, { x, weight }, options, 2e-6)
  })
})
