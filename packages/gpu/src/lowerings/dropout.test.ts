import { dropout, jsBackend, ones, ops, SampleSource, setBackend, tensor } from '@gyre/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('dropout', () => {
  afterEach(() => setBackend(jsBackend))

  it.each([[1], [7, 5], [3, 10_001], [0]])('drops what the reference drops of [%s, …]', async (...shape) => {
    const source = new SampleSource(1, 'float32')
    const seed = source.integers([2], 2 ** 31)
    for (const probability of [0.1, 1 / 3, 0.999]) {
      const inputs = { x: source.between(shape), seed }
      await expectOnGpuLikeReference(backend!, ops.dropout, inputs, { probability }, 2e-7)
    }
  })

  it('drops the same elements as on js, bit for bit, for negative words of the seed too', async () => {
    const masks: Float32Array[] = []
    for (const each of [jsBackend, backend!]) {
      setBackend(each)
      const seed = tensor([-123_456_789, -1], { dtype: 'int32' })
      masks.push(await dropout(ones([4096]), seed, { probability: 0.5 }).data())
    }
    expect(masks[1]).toEqual(masks[0])
  })
})
