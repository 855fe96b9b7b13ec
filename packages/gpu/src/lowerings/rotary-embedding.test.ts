import { ops, SampleSource } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('rotaryEmbedding', () => {
  it.each([
    [1, 1, 1, 2],
    [2, 3, 5, 6],
    [3, 2, 17, 64],
  ])('turns [%s, %s, %s, %s] as the reference does', async (...shape) => {
    const source = new SampleSource(1, 'float32')
    const x = source.normal(shape)
    const table = shape.slice(2)
    for (const [cosShape, sinShape] of [
      [table, table],
      [[shape[0]!, ...table], table],
      [table, [shape[0]!, ...table]],
    ] as const) {
      const inputs = { x, cos: source.normal(cosShape), sin: source.normal(sinShape) }
      for (const transposed of [false, true]) {
        await expectOnGpuLikeReference(backend!, ops.rotaryEmbedding, inputs, { transposed }, 2e-7)
      }
    }
  })
})
