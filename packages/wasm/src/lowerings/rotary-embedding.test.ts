import v8 from 'node:v8'
import { ops, SampleSource } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

describe.each(['simd128', 'relaxed-simd'] as const)('rotaryEmbedding with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)

  it.each([
    [1, 1, 1, 2],
    [2, 3, 5, 6],
    [2, 2, 3, 8],
    [3, 4, 100, 64],
    [1, 2, 7, 22],
  ])('and its transpose of [%s, %s, %s, %s]', (batch, heads, positions, features) => {
    const source = new SampleSource(1, 'float32')
    const x = source.normal([batch, heads, positions, features])
    const one = source.normal([positions, features])
    const each = source.normal([batch, positions, features])
    for (const transposed of [false, true]) {
      for (const [cos, sin] of [
        [one, one],
        [each, one],
        [one, each],
      ] as const) {
        expectLikeReference(backends, ops.rotaryEmbedding, { x, cos, sin }, { transposed })
      }
    }
  })
})
