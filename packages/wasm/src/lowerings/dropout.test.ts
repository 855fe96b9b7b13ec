import { ops, SampleSource } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

const backends = await backendsOnThreads()

describe('dropout', () => {
  it.each([[1], [3], [7, 5], [8], [12], [3, 10_001], [0]])(
    'drops what the reference drops of [%s, …]',
    (...shape) => {
      const source = new SampleSource(1, 'float32')
      const seed = source.integers([2], 2 ** 31)
      for (const probability of [0.1, 0.5, 1 / 3, 0.999]) {
        expectLikeReference(backends, ops.dropout, { x: source.between(shape), seed }, { probability }, 2e-7)
      }
    },
  )
})
