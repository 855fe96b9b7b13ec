import v8 from 'node:v8'
import { ops, SampleSource, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const shapes = [[1, 1], [3], [17, 3], [5, 5], [2, 3, 7, 4], [3, 172], [4, 1376], [700, 64], [2, 8195], [0, 4]]

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)

  it.each(shapes)('softmax and logSoftmax of [%s, …]', (...shape) => {
    const source = new SampleSource(1, 'float32')
    const x = source.normal(shape, 5)
    expectLikeReference(backends, ops.softmax, { x }, { axis: -1 })
    expectLikeReference(backends, ops.logSoftmax, { x }, { axis: -1 })
  })

  it.each(shapes)('their gradients of [%s, …]', (...shape) => {
    const source = new SampleSource(2, 'float32')
    const grad = source.normal(shape)
    const y = source.between(shape, 0, 1)
    expectLikeReference(backends, ops.softmaxBackward, { grad, y }, { axis: -1 })
    expectLikeReference(backends, ops.logSoftmaxBackward, { grad, y }, { axis: -1 })
  })

  it('softmax gives exactly 0 for -∞, and NaN where nothing else is left', () => {
    const x = tensor([0, -Infinity, 1, -Infinity, -Infinity, -Infinity, 1e38, -1e38, 0], { shape: [3, 3] })
    expectLikeReference(backends, ops.softmax, { x }, { axis: -1 })
  })

  it('runs an axis on the kernel when only axes of length 1 follow', () => {
    const x = new SampleSource(3, 'float32').normal([3, 5, 1])
    expectLikeReference(backends, ops.softmax, { x }, { axis: 1 })
    expect(backends[0]!.kernelOf(ops.softmax as never, { x }, { axis: 0 }, { output: x })).toBeUndefined()
  })
})
