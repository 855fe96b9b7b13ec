import { ops, SampleSource, type Tensor, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

const backends = await backendsOnThreads()

describe('dynamicUpdateSlice', () => {
  const source = new SampleSource(1, 'float32')

  it.each([
    [[5], 0, 2, 3],
    [[3, 7, 5], 1, 1, 6],
    [[1, 8, 64, 33], 2, 1, 17],
    [[40, 3, 700], 1, 2, 1],
    [[2, 9, 4, 17], 1, 0, 9],
    [[0, 3], 1, 2, 0],
  ] as const)('of [%s], along axis %s so many slices: %s, from %s', (shape, axis, count, start) => {
    const x = source.normal(shape)
    const update = source.normal(shape.map((dim, i) => (i === axis ? count : dim)))
    const position = tensor(start, { dtype: 'int32' }) as unknown as Tensor
    expectLikeReference(backends, ops.dynamicUpdateSlice, { x, update, start: position }, { axis })
  })
})
