import { type DenseArray, ops, SampleSource, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'
import { referenceInFloat64 } from '../../../../test/reference-in-float64.js'
import { attentionKernels } from './attention.js'

const { backend } = await findGpu()
const source = new SampleSource(1, 'float32')

/** How many of the first keys the mask of each batch entry excludes, in turn. */
const maskedKeys = [0, 9, 5, 1]

interface Sizes {
  readonly heads: number
  readonly group: number
  readonly queries: number
  readonly keys: number
  readonly features: number
  readonly mask?: 'int32' | 'bool'
}

async function expectAttention(sizes: Sizes, causal: boolean): Promise<void> {
  const { heads, group, queries, keys, features, mask } = sizes
  const batch = mask === undefined ? 1 : maskedKeys.length
  const options = { causal, scale: 1 / Math.sqrt(features) }
  const query = source.normal([batch, heads * group, queries, features])
  const key = source.normal([batch, heads, keys, features])
  const value = source.normal([batch, heads, keys, features])
  const kept = maskedKeys.flatMap((masked) => Array.from({ length: keys }, (_, s) => Number(s >= masked)))
  const keyMask = mask && (tensor(kept, { shape: [batch, keys], dtype: mask }) as Tensor)
  const inputs = { query, key, value, keyMask }
  await expectOnGpuLikeReference(backend!, ops.attention, inputs, options, 4e-6)

  const saved = referenceInFloat64(ops.attention as never, inputs, options)
  const [output, logSumExp] = (['output', 'logSumExp'] as const).map((name) => {
    const { data, shape } = saved[name] as DenseArray
    return tensor(Float32Array.from(data), { shape }) as Tensor
  }) as [Tensor, Tensor]
  const backward = { grad: source.normal(query.shape), ...inputs, output, logSumExp }
  await expectOnGpuLikeReference(backend!, ops.attentionBackward, backward, options, 4e-6)
}

describe.skipIf(backend === undefined).each([false, true])('attention on the GPU, causal: %s,', (causal) => {
  it('of several tiles of queries, keys and features, none of them full', async () => {
    await expectAttention({ heads: 2, group: 1, queries: 40, keys: 45, features: 41 }, causal)
  })

  it('of query heads that share a key head', async () => {
    await expectAttention({ heads: 2, group: 3, queries: 9, keys: 40, features: 8 }, causal)
  })

  it.each(['int32', 'bool'] as const)('with a mask of %s that leaves some queries no key', async (mask) => {
    await expectAttention({ heads: 2, group: 2, queries: 4, keys: 9, features: 12, mask }, causal)
  })
})

describe('attention on the GPU', () => {
  it.skipIf(backend === undefined)('takes scores whose exponentials overflow', async () => {
    const [query, key, value] = [0, 1, 2].map(() => source.normal([1, 2, 6, 8])) as [Tensor, Tensor, Tensor]
    const options = { causal: false, scale: 40 }
    await expectOnGpuLikeReference(backend!, ops.attention, { query, key, value }, options, 1e-4)
  })

  it('leaves what has no numbers, and heads of more than 256 features, to the composition', () => {
    const takes = (shape: readonly number[]) => {
      const query = { shape, dtype: 'float32' } as const
      return attentionKernels.attention.takes!({ query, key: query, value: query }, {})
    }
    expect(takes([1, 1, 2, 256])).toBe(true)
    expect(takes([1, 1, 2, 260])).toBe(false)
    expect(takes([1, 1, 0, 4])).toBe(false)
  })
})
