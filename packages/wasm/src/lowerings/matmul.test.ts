import v8 from 'node:v8'
import { ops, Rng, SampleSource } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

// Node 20 has relaxed SIMD, for which tiles are others, only behind a flag.
v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
const variants = ['simd128', 'relaxed-simd'] as const
const booleans = [false, true]

describe.each(variants)('matmul with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const source = new SampleSource(1, 'float32')

  function expectProduct(
    [m, k, n]: readonly number[],
    { transposeA = false, transposeB = false, batchA = [] as number[], batchB = [] as number[] },
  ): void {
    const a = source.normal([...batchA, ...(transposeA ? [k!, m!] : [m!, k!])])
    const b = source.normal([...batchB, ...(transposeB ? [n!, k!] : [k!, n!])])
    expectLikeReference(backends, ops.matmul, { a, b }, { transposeA, transposeB })
  }

  for (const transposeA of booleans) {
    for (const transposeB of booleans) {
      const options = { transposeA, transposeB }
      describe(JSON.stringify(options), () => {
        it.each([
          [1, 1, 1],
          [3, 5, 7],
          [4, 8, 8],
          [17, 1, 9],
          [5, 172, 64],
          [33, 900, 41],
          [2, 31, 130],
          [4, 64, 6],
          [64, 64, 64],
          [200, 100, 150],
          [9, 70, 2000],
          [700, 40, 3],
        ])('of [%s, %s] x [.., %s]', (m, k, n) => {
          expectProduct([m, k, n], options)
        })

        it.each([
          [1, 512, 700],
          [1, 7, 3],
          [600, 512, 1],
          [1, 30, 1],
          [5, 6, 1],
        ])('of a vector, [%s, %s] x [.., %s]', (m, k, n) => {
          expectProduct([m, k, n], options)
        })

        it('of a batch', () => {
          expectProduct([6, 10, 5], { ...options, batchA: [2, 3], batchB: [2, 3] })
          expectProduct([64, 32, 64], { ...options, batchA: [9], batchB: [9] })
          expectProduct([1, 32, 64], { ...options, batchA: [50], batchB: [50] })
        })

        it('of a batch too large for one block', () => {
          expectProduct([150, 20, 300], { ...options, batchA: [2], batchB: [2] })
        })

        it('of batches that broadcast', () => {
          expectProduct([6, 10, 5], { ...options, batchA: [2, 1], batchB: [3] })
          expectProduct([6, 10, 5], { ...options, batchA: [4], batchB: [1] })
          expectProduct([6, 10, 5], { ...options, batchA: [], batchB: [4] })
          expectProduct([6, 10, 5], { ...options, batchA: [1, 1], batchB: [] })
          expectProduct([1, 10, 5], { ...options, batchA: [3, 1], batchB: [1, 2] })
        })

        it('without elements', () => {
          expectProduct([0, 3, 2], options)
          expectProduct([3, 3, 0], options)
          expectProduct([3, 3, 4], { ...options, batchA: [0], batchB: [0] })
        })
      })
    }
  }

  it('of random sizes', () => {
    const rng = new Rng(1)
    const uniform = () => rng.uniforms(1)[0]!
    const upTo = (limit: number) => 1 + Math.floor(uniform() ** 2 * limit)
    for (let i = 0; i < 60; i++) {
      const [transposeA, transposeB] = [uniform() < 0.5, uniform() < 0.5]
      expectProduct([upTo(150), upTo(500), upTo(150)], { transposeA, transposeB })
    }
  })

  it('leaves a product over no steps to the reference', () => {
    const [a, b] = [
      { shape: [2, 0], dtype: 'float32' } as const,
      { shape: [0, 3], dtype: 'float32' } as const,
    ]
    const specs = ops.matmul.shape({ a, b }, {})
    expect(backends[0]!.kernelOf(ops.matmul as never, { a, b }, {}, specs)).toBeUndefined()
  })
})

describe.each(variants)('linear with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const source = new SampleSource(2, 'float32')

  it.each([
    [[5], 7],
    [[3, 5], 4],
    [[2, 3, 172], 17],
    [[100, 256], 256],
    [[4, 128, 64], 1030],
    [[8, 700], 50],
    [[1, 512], 1376],
    [[300, 6], 1],
    [[0, 6], 5],
  ])('of x [%s] and %s features out', (shape, outFeatures) => {
    const x = source.normal(shape)
    const weight = source.normal([outFeatures, shape.at(-1)!])
    const bias = source.normal([outFeatures])
    expectLikeReference(backends, ops.linear, { x, weight, bias }, {})
    expectLikeReference(backends, ops.linear, { x, weight }, {})
  })
})
