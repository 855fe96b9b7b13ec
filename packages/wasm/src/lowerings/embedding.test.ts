import { embedding, ops, SampleSource, setBackend, type Tensor, tensor, zeros } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

const backends = await backendsOnThreads()

describe('embedding', () => {
  it.each([
    [1, 1, 1],
    [5, 3, 17],
    [300, 172, 1000],
    [50, 1376, 40],
    [7, 8, 0],
  ])('and its gradient for %s rows of %s features and %s ids', (rows, features, count) => {
    const source = new SampleSource(1, 'float32')
    const ids = source.integers([count], rows)
    expectLikeReference(backends, ops.embedding, { weight: source.normal([rows, features]), ids }, {}, 0)
    const gradients = { grad: source.normal([count, features]), ids }
    expectLikeReference(backends, ops.embeddingBackward, gradients, { rows }, 1e-7)
    expectLikeReference(backends, ops.embeddingBackward, gradients, { rows, paddingIndex: 0 }, 1e-7)
  })

  it('adds a thousand rows of one id without loss', () => {
    const source = new SampleSource(2, 'float32')
    const ids = zeros([2, 500], { dtype: 'int32' }) as Tensor
    expectLikeReference(
      backends,
      ops.embeddingBackward,
      { grad: source.normal([2, 500, 13]), ids },
      { rows: 3 },
      1e-7,
    )
  })

  it.each([
    [[0, 1, 2, 1, 0, 3, -1], 'index 3 at position 5 is outside 0 to 2'],
    [[-1], 'index -1 at position 0 is outside 0 to 2'],
  ])('refuses the ids %s in the words of the reference', (ids, message) => {
    for (const backend of backends) {
      setBackend(backend)
      expect(() => embedding(zeros([3, 2]), tensor(ids, { dtype: 'int32' }))).toThrow(`embedding: ${message}`)
    }
  })
})
