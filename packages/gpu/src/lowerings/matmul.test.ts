import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import {
  add,
  type Backend,
  type Data,
  jsBackend,
  linear,
  mul,
  ops,
  randn,
  SampleSource,
  setBackend,
  sum,
  type Tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'
import { relativeDifference } from '../../../../test/reference-in-float64.js'
import { planOf } from './product/tiled-product.js'

const { backend } = await findGpu()
const booleans = [false, true]
/** In float32 a sum of 1024 products is this exact, relative to the largest. */
const tolerance = 1e-5

describe.skipIf(backend === undefined)('matmul on the GPU', () => {
  const source = new SampleSource(1, 'float32')

  async function expectProduct(
    [m, k, n]: readonly number[],
    { transposeA = false, transposeB = false, batchA = [] as number[], batchB = [] as number[] },
  ): Promise<void> {
    const a = source.normal([...batchA, ...(transposeA ? [k!, m!] : [m!, k!])])
    const b = source.normal([...batchB, ...(transposeB ? [n!, k!] : [k!, n!])])
    await expectOnGpuLikeReference(backend!, ops.matmul, { a, b }, { transposeA, transposeB }, tolerance)
  }

  for (const transposeA of booleans) {
    for (const transposeB of booleans) {
      const options = { transposeA, transposeB }
      describe(JSON.stringify(options), () => {
        it.each([
          ['sizes that fill no tile', [5, 7, 9]],
          ['sizes that are whole tiles', [64, 32, 64]],
          ['rows of fours that end within a tile', [36, 20, 44]],
          ['a k shorter than a tile', [33, 1, 37]],
          ['no k at all', [6, 0, 7]],
          ['no rows', [0, 3, 2]],
          ['no columns', [3, 3, 0]],
          ['a k in parts', [13, 1024, 10]],
          ['a k in parts that end within a tile', [12, 531, 16]],
          ['one row', [1, 300, 150]],
          ['one row of fours', [1, 512, 96]],
          ['a few rows', [3, 65, 70]],
          ['a few rows of fours', [4, 64, 72]],
          ['one column', [70, 33, 1]],
          ['a few columns of fours', [68, 36, 4]],
          ['one number', [1, 1, 1]],
          ['a row, a column and nothing between', [1, 0, 1]],
        ])('of %s: %j', async (_name, sizes) => {
          await expectProduct(sizes, options)
        })

        it.each([
          ['equal', [2, 3], [2, 3]],
          ['broadcast against each other', [2, 1], [3]],
          ['with one right factor', [2, 3], []],
          ['with one left factor', [], [4]],
          ['with one right factor in a batch of one', [3], [1]],
          ['with none', [0], [0]],
        ])('of batches %s', async (_name, batchA, batchB) => {
          await expectProduct([6, 12, 8], { ...options, batchA, batchB })
          await expectProduct([1, 5, 7], { ...options, batchA, batchB })
        })
      })
    }
  }

  it.each(booleans)('from the largest tiles, whose factors are stored linewise: %s', async (linewise) => {
    expect(planOf({ m: 1024, k: 4, n: 1028, batches: 2 })).toMatchObject({ tile: { blocks: 2 } })
    const options = { transposeA: !linewise, transposeB: linewise, batchA: [2], batchB: [2] }
    await expectProduct([1024, 4, 1028], options)
  })
})

describe.skipIf(backend === undefined)('linear on the GPU', () => {
  const source = new SampleSource(2, 'float32')

  it.each([
    [[2, 9, 24], 20],
    [[7, 10], 11],
    [[5], 6],
    [[3, 1, 16], 1],
    [[16, 520], 6],
    [[0, 4], 3],
    [[3, 0], 5],
  ] as [number[], number][])('of x %j with %i outputs', async (shape, outputs) => {
    const x = source.normal(shape)
    const weight = source.normal([outputs, shape.at(-1)!])
    await expectOnGpuLikeReference(backend!, ops.linear, { x, weight }, {}, tolerance)
    const bias = source.normal([outputs])
    await expectOnGpuLikeReference(backend!, ops.linear, { x, weight, bias }, {}, tolerance)
  })
})

describe.skipIf(backend === undefined)('what follows a product', () => {
  const loss = (x: Tensor, weight: Tensor, bias: Tensor, head: Tensor): Tensor => {
    const hidden = linear(x, weight, bias)
    const rates = linear(mul(hidden, add(hidden, 1)), head)
    return sum(mul(rates, rates))
  }

  /** The loss and its gradients: products with transposed factors, of many rows and few columns. */
  async function gradients(on: Backend): Promise<Data[]> {
    setBackend(on)
    try {
      const inputs = [[3, 30, 20], [44, 20], [44], [5, 44]].map((shape, i) => randn(shape, { seed: i }))
      const [x, weight, bias, head] = inputs
      const { value, grad } = compile(valueAndGrad(loss))(x!, weight!, bias!, head!)
      return await Promise.all([value, ...grad].map((tensor) => tensor.data()))
    } finally {
      setBackend(jsBackend)
    }
  }

  it('has the values and gradients of the reference', async () => {
    const found = await gradients(backend!)
    const expected = await gradients(jsBackend)
    found.forEach((data, i) => {
      expect(relativeDifference(data, expected[i]!), `result ${i}`).toBeLessThanOrEqual(tolerance)
    })
  })

  it('is part of its kernel: a bias, an activation, an addition', async () => {
    setBackend(backend!)
    try {
      const layer = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => {
        const hidden = linear(x, weight, bias)
        return add(mul(hidden, hidden), x)
      }
      const [x, weight, bias] = [[33, 20], [20, 20], [20]].map((shape, i) => randn(shape, { seed: i }))
      const before = backend!.status.pipelines
      await compile(layer)(x!, weight!, bias!).data()
      expect(backend!.status.pipelines - before).toBe(1)
    } finally {
      setBackend(jsBackend)
    }
  })
})

describe('the plan of a product', () => {
  it('takes the largest tiles for large products, and smaller ones where those would be too few', () => {
    expect(planOf({ m: 4096, n: 4096, k: 4096, batches: 1 })).toEqual({
      tile: { side: 16, blocks: 2 },
      parts: 1,
    })
    expect(planOf({ m: 1024, n: 1024, k: 64, batches: 1 }).tile).toEqual({ side: 16, blocks: 1 })
    expect(planOf({ m: 256, n: 256, k: 64, batches: 1 }).tile).toEqual({ side: 8, blocks: 1 })
    expect(planOf({ m: 2048, n: 512, k: 2048, batches: 1 }).parts).toBe(1)
  })

  it('cuts a long k where a product has few tiles', () => {
    expect(planOf({ m: 256, n: 256, k: 4096, batches: 1 }).parts).toBeGreaterThan(8)
    expect(planOf({ m: 256, n: 256, k: 4096, batches: 64 }).parts).toBe(1)
    expect(planOf({ m: 32, n: 32, k: 100_000, batches: 1 }).parts).toBe(64)
  })
})
