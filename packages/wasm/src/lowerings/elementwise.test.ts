import { ops, SampleSource } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

const backends = await backendsOnThreads()

describe('add', () => {
  it.each([[1], [3], [7, 5], [40_000], [0]])('of [%s]', (...shape) => {
    const source = new SampleSource(1, 'float32')
    const inputs = { a: source.normal(shape), b: source.normal(shape) }
    expectLikeReference(backends, ops.add, inputs, {})
  })
})
