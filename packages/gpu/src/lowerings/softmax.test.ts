import { mul, ops, SampleSource, type Tensor, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()
const shapes = [[1, 1], [3], [17, 3], [5, 64, 1], [67, 172], [2, 8195], [0, 4]]

describe.skipIf(backend === undefined)('on the GPU', () => {
  it.each(shapes)('softmax, its logarithm and their gradients for [%s, …]', async (...shape) => {
    const source = new SampleSource(1, 'float32')
    const options = { axis: shape.length > 1 ? 1 : 0 }
    const inputs = { x: mul(source.normal(shape), 3) as unknown as Tensor }
    await expectOnGpuLikeReference(backend!, ops.softmax, inputs, options, 4e-6)
    await expectOnGpuLikeReference(backend!, ops.logSoftmax, inputs, options, 2e-6)
    const gradients = { grad: source.normal(shape), y: source.between(shape) }
    await expectOnGpuLikeReference(backend!, ops.softmaxBackward, gradients, options, 2e-6)
    await expectOnGpuLikeReference(backend!, ops.logSoftmaxBackward, gradients, options, 4e-6)
  })

  it('softmax takes what overflows, -∞, and rows that are NaN', async () => {
    const rows = [
      [1000, 1001, 999, -1000, 3],
      [-Infinity, 1, -Infinity, 2, 3],
      [1, NaN, 2, 3, 4],
      [-3e3, 3e3, 0, 0, 0],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
    ]
    const x = tensor(rows.flat(), { shape: [5, 5] }) as Tensor
    await expectOnGpuLikeReference(backend!, ops.softmax, { x }, { axis: -1 }, 2e-6)
    await expectOnGpuLikeReference(backend!, ops.logSoftmax, { x }, { axis: -1 }, 2e-6)
    const farthest = tensor([-3e38, 3e38, 0]) as Tensor
    await expectOnGpuLikeReference(backend!, ops.softmax, { x: farthest }, { axis: -1 }, 0)
  })
})
