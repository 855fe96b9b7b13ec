import { broadcastShapes, broadcastStrides, ops, type Shape, sizeOf } from '@gyre/tensor'
import { kernelFor, type Located } from '../kernel.js'
import { lowerProduct } from './product/lower-product.js'
import type { Factor } from './product/product.js'
import { stridedIndex } from './strided-index.js'

export const matmulKernels = {
  matmul: kernelFor(ops.matmul, {
    dtypes: ['float32'],
    lower: ({ a, b }, { transposeA = false, transposeB = false }, { output }, lowering) => {
      const m = output.shape.at(-2)!
      const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul')
      const batches = sizeOf(batch)
      // Where all share one right factor, the rows of all matrices are those of one.
      const oneMatrix = !transposeA && batchesOf(a) === batches && batchesOf(b) === 1
      lowerProduct(
        {
          name: 'matmul',
          m: oneMatrix ? batches * m : m,
          n: output.shape.at(-1)!,
          k: a.shape.at(transposeA ? -2 : -1)!,
          batches: oneMatrix ? 1 : batches,
          a: factorOf(a, !transposeA, oneMatrix ? [] : batch),
          b: factorOf(b, transposeB, oneMatrix ? [] : batch),
          output: output.block,
        },
        lowering,
      )
    },
  }),
  linear: kernelFor(ops.linear, {
    dtypes: ['float32'],
    lower: ({ x, weight, bias }, _options, { output }, lowering) => {
      const [n, k] = weight.shape as readonly [number, number]
      const m = sizeOf(x.shape.slice(0, -1))
      const product = bias ? lowering.workspace(4 * m * n) : output.block
      lowerProduct(
        {
          name: 'linear',
          m,
          n,
          k,
          batches: 1,
          a: factorOf(x, true, []),
          b: factorOf(weight, true, []),
          output: product,
        },
        lowering,
      )
      if (!bias) return
      lowering.elementwise({
        name: 'bias',
        count: m * n,
        inputs: {
          product: { block: product, type: 'f32' },
          bias: { block: bias.block, type: 'f32', at: (i) => `${i} % ${n}u` },
        },
        output: { block: output.block, type: 'f32' },
        value: ({ product, bias }) => `${product} + ${bias}`,
      })
    },
  }),
}

const batchesOf = ({ shape }: Located): number => sizeOf(shape.slice(0, -2))

/** The matrices of a tensor, repeated as `batch` needs them. */
function factorOf({ shape, block }: Located, linewise: boolean, batch: Shape): Factor {
  if (batch.length === 0) return { block, linewise, start: () => '0u' }
  const size = shape.at(-2)! * shape.at(-1)!
  const strides = broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * size)
  return { block, linewise, start: (index) => stridedIndex(index, batch, strides) }
}
