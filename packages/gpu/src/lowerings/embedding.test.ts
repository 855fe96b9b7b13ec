import { embedding, jsBackend, ops, SampleSource, setBackend, type Tensor, tensor, zeros } from '@gyre/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('embedding', () => {
  afterEach(() => setBackend(jsBackend))

  it.each([
    [1, 1, 1],
    [5, 3, 17],
    [300, 172, 1000],
    [30_000, 4, 40],
    [7, 8, 0],
  ])('and its gradient for %s rows of %s features and %s ids', async (rows, features, count) => {
    const source = new SampleSource(1, 'float32')
    const ids = source.integers([count], rows)
    const weight = source.normal([rows, features])
    await expectOnGpuLikeReference(backend!, ops.embedding, { weight, ids }, {}, 0)
    const gradients = { grad: source.normal([count, features]), ids }
    await expectOnGpuLikeReference(backend!, ops.embeddingBackward, gradients, { rows }, 1e-6)
    const padded = { rows, paddingIndex: 0 }
    await expectOnGpuLikeReference(backend!, ops.embeddingBackward, gradients, padded, 1e-6)
  })

  it('adds four thousand rows of one id without loss', async () => {
    const source = new SampleSource(2, 'float32')
    const ids = zeros([4000], { dtype: 'int32' }) as Tensor
    const inputs = { grad: source.between([4000, 13]), ids }
    await expectOnGpuLikeReference(backend!, ops.embeddingBackward, inputs, { rows: 3 }, 1e-6)
  })

  it.each([
    [[0, 1, 2, 1, 0, 3, 1], 'index 3 at position 5 is outside 0 to 2'],
    [[-1], 'index -1 at position 0 is outside 0 to 2'],
  ])('refuses the ids %s in the words of the reference', async (ids, message) => {
    setBackend(backend!)
    const looked = embedding(zeros([3, 2]), tensor(ids, { dtype: 'int32' }))
    await expect(looked.data()).rejects.toThrow(`embedding: ${message}`)
  })
})
