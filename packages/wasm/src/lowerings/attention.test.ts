import v8 from 'node:v8'
import { denseArray, ops, SampleSource, sizeOf, type Tensor, tensor } from '@gyre/tensor'
import type { WasmBackend } from '@gyre/wasm'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

// Node 20 has relaxed SIMD, for which tiles are others, only behind a flag.
v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
const variants = ['simd128', 'relaxed-simd'] as const
const source = new SampleSource(1, 'float32')

interface Sizes {
  readonly batch: number
  readonly heads: number
  readonly group?: number
  readonly queries: number
  readonly keys: number
  readonly features: number
  /** Which keys the mask of every second batch entry excludes. */
  readonly masked?: (key: number) => boolean
}

function expectAttention(
  backends: readonly WasmBackend[],
  sizes: Sizes,
  causal: boolean,
  scale = 1 / Math.sqrt(sizes.features),
): void {
  const { batch, heads, group = 1, queries, keys, features, masked } = sizes
  const query = source.normal([batch, heads * group, queries, features])
  const key = source.normal([batch, heads, keys, features])
  const value = source.normal([batch, heads, keys, features])
  const keyMask = masked && maskOf(batch, keys, masked)
  const inputs = { query, key, value, keyMask }
  expectLikeReference(backends, ops.attention, inputs, { causal, scale }, 4e-6)

  const grad = source.normal(query.shape)
  const saved = savedResults(inputs, { causal, scale })
  expectLikeReference(backends, ops.attentionBackward, { grad, ...inputs, ...saved }, { causal, scale }, 4e-6)
}

function maskOf(batch: number, keys: number, masked: (key: number) => boolean): Tensor {
  const values = Array.from({ length: batch * keys }, (_, i) =>
    Math.floor(i / keys) % 2 === 0 && masked(i % keys) ? 0 : 1,
  )
  return tensor(values, { shape: [batch, keys], dtype: 'int32' })
}

/** Output and logarithms by the reference, as they are had in a backward pass. */
function savedResults(
  inputs: Record<string, Tensor | undefined>,
  options: { causal: boolean; scale: number },
) {
  const { query, key, value, keyMask } = inputs as Record<string, Tensor>
  const arrays = Object.entries({ query, key, value, keyMask })
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => [name, denseArray(each!, each!.dataSync())])
  const shape = query!.shape
  const output = new Float32Array(sizeOf(shape))
  const logSumExp = new Float32Array(sizeOf(shape.slice(0, -1)))
  const results = {
    output: denseArray({ shape, dtype: 'float32' }, output),
    logSumExp: denseArray({ shape: shape.slice(0, -1), dtype: 'float32' }, logSumExp),
  }
  ops.attention.reference(Object.fromEntries(arrays), options, results)
  return {
    output: tensor(output, { shape }),
    logSumExp: tensor(logSumExp, { shape: shape.slice(0, -1) }),
  }
}

const cases = variants.flatMap((variant) => [false, true].map((causal) => ({ variant, causal })))
describe.each(cases)('attention with $variant, causal: $causal', async ({ variant, causal }) => {
  const backends = await backendsOnThreads(variant)

  it.each([
    { batch: 1, heads: 1, queries: 1, keys: 1, features: 1 },
    { batch: 2, heads: 3, queries: 3, keys: 5, features: 4 },
    { batch: 1, heads: 2, queries: 17, keys: 17, features: 7 },
    { batch: 2, heads: 2, queries: 64, keys: 64, features: 64 },
    { batch: 1, heads: 1, queries: 33, keys: 70, features: 20 },
    { batch: 1, heads: 2, queries: 130, keys: 131, features: 9 },
    { batch: 1, heads: 2, queries: 1, keys: 101, features: 32 },
    { batch: 2, heads: 2, queries: 3, keys: 43, features: 18 },
  ])('of $queries queries and $keys keys of $features features', (sizes) => {
    expectAttention(backends, sizes, causal)
  })

  it('of query heads that share a key head', () => {
    expectAttention(backends, { batch: 2, heads: 2, group: 3, queries: 7, keys: 9, features: 8 }, causal)
    expectAttention(backends, { batch: 1, heads: 1, group: 4, queries: 50, keys: 50, features: 16 }, causal)
  })

  it('of masked keys', () => {
    const sizes = { batch: 3, heads: 2, queries: 21, keys: 21, features: 12 }
    expectAttention(backends, { ...sizes, masked: (key) => key > 13 }, causal)
    expectAttention(backends, { ...sizes, masked: (key) => key % 3 === 0 }, causal)
  })

  it('where a mask leaves some queries no key', () => {
    const sizes = { batch: 2, heads: 2, group: 2, queries: 10, keys: 12, features: 8 }
    expectAttention(backends, { ...sizes, masked: () => true }, causal)
    expectAttention(backends, { ...sizes, masked: (key) => key < 6 }, causal)
  })

  it('with a negative scale', () => {
    expectAttention(backends, { batch: 1, heads: 1, queries: 9, keys: 11, features: 8 }, causal, -0.4)
  })

  it('of scores whose exponentials overflow', () => {
    const [query, key, value] = [0, 1, 2].map(() => source.normal([1, 2, 6, 8])) as [Tensor, Tensor, Tensor]
    expectLikeReference(backends, ops.attention, { query, key, value }, { causal, scale: 40 }, 1e-4)
  })
})

describe('attention', async () => {
  const backends = await backendsOnThreads('simd128')
  it('takes a mask of bools', () => {
    const [batch, heads, queries, keys, features] = [2, 1, 4, 6, 8]
    const inputs = {
      query: source.normal([batch, heads, queries, features]),
      key: source.normal([batch, heads, keys, features]),
      value: source.normal([batch, heads, keys, features]),
      keyMask: tensor([1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0], { shape: [batch, keys], dtype: 'bool' }),
    }
    expectLikeReference(backends, ops.attention, inputs, { causal: false, scale: 0.3 })
  })

  it('leaves what has no numbers, and float64, to the reference', () => {
    const hasKernel = (query: Tensor) => {
      const inputs = { query, key: query, value: query }
      const options = { causal: false, scale: 1 }
      const specs = ops.attention.shape(inputs, options)
      return backends[0]!.kernelOf(ops.attention as never, inputs, options, specs) !== undefined
    }
    expect(hasKernel(source.normal([1, 1, 2, 4]))).toBe(true)
    expect(hasKernel(source.normal([1, 1, 0, 4]))).toBe(false)
    expect(hasKernel(new SampleSource(1, 'float64').normal([1, 1, 2, 4]))).toBe(false)
  })
})
