import v8 from 'node:v8'
import { ops, Rng, SampleSource, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const cases: readonly (readonly [readonly number[], readonly number[] | undefined])[] = [
  [[], undefined],
  [[1], undefined],
  [[5, 7], undefined],
  [[5, 7], [1]],
  [[5, 7], [0]],
  [[5, 7], []],
  [[1, 7], [0]],
  [[3, 4, 5], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [2, 3, 4, 5, 6],
    [0, 2, 4],
  ],
  [
    [2, 3, 4, 5, 6],
    [1, 3],
  ],
  [
    [3, 1, 5],
    [0, 1],
  ],
  [[40_003], undefined],
  [[3, 33_001], [1]],
  [[33_001, 3], [0]],
  [[700, 133], [0]],
  [[33, 4100], [0]],
  [[2, 9000, 2], [1]],
  [[40, 900], [1]],
]

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const source = new SampleSource(1, 'float32')

  it.each(cases)('sum and max of %j over %j', (shape, axes) => {
    const x = source.normal(shape)
    for (const op of [ops.sum, ops.max]) expectLikeReference(backends, op, { x }, { axes, keepDims: true })
    expectLikeReference(backends, ops.sum, { x: source.complex(shape) }, { axes })
  })

  it('sum and max of random shapes over random axes', () => {
    const rng = new Rng(5)
    for (let i = 0; i < 60; i++) {
      const rank = 1 + rng.integers(1, 4)[0]!
      const shape = [...rng.integers(rank, 7)].map((n) => n + 1)
      const chosen = rng.integers(rank, 2)
      const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis])
      expectLikeReference(backends, ops.sum, { x: source.normal(shape) }, { axes })
      expectLikeReference(backends, ops.max, { x: source.normal(shape) }, { axes })
    }
  })

  it('sums of nothing are 0', () => {
    expectLikeReference(backends, ops.sum, { x: source.normal([3, 0]) }, { axes: [1] })
    expectLikeReference(backends, ops.sum, { x: source.normal([0, 3]) }, { axes: [1] })
  })

  it.each([
    [[1], 0],
    [[7], 0],
    [[5, 9], 1],
    [[5, 9], 0],
    [[3, 4, 5], 1],
    [[600, 130], 1],
    [[3, 33_001], 1],
    [[0, 3], 1],
  ])('argmax of %j along axis %j', (shape, axis) => {
    expectLikeReference(backends, ops.argmax, { x: source.normal(shape) }, { axis })
    // Integers: many are equally large, and the first of them is meant.
    const ties = tensor([...source.integers(shape, 3).dataSync()], { shape })
    expectLikeReference(backends, ops.argmax, { x: ties }, { axis })
  })

  it('max gives NaN where there is one, argmax does not see it unless it is the first', () => {
    const x = tensor([1, NaN, 3, NaN, 5, 2, -Infinity, -Infinity, -Infinity, 0, -0, 0], { shape: [4, 3] })
    for (const axis of [0, 1]) {
      expectLikeReference(backends, ops.max, { x }, { axes: [axis] })
      expectLikeReference(backends, ops.argmax, { x }, { axis })
    }
  })

  it.each([[1], [7], [5, 9], [300, 100], [2, 30_000], [0], [3, 0]])('cumsum of [%s, …]', (...shape) => {
    expectLikeReference(backends, ops.cumsum, { x: source.normal(shape) }, {})
    expectLikeReference(backends, ops.cumsum, { x: source.integers(shape, 100) }, {})
  })
})
