import { broadcastIndices, ops, type Shape, sizeOf, type TensorSpec } from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import { kernelFor, type Lowering } from '../kernel.js'
import { lowerProduct } from './product.js'

export const matmulKernels = {
  matmul: kernelFor(ops.matmul, {
    dtypes: ['float32'],
    takes: ({ a }, options) => depthOf(a, options.transposeA) > 0,
    lower: ({ a, b }, { transposeA = false, transposeB = false }, { output }, lowering) => {
      const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
      const batch = output.shape.slice(0, -2)
      const k = depthOf(a, transposeA)
      const [rows, n] = output.shape.slice(-2) as [number, number]
      // Rows of all entries are rows of one matrix where all meet the same right factor.
      const joined = sizeOf(batchB) === 1 && !transposeA
      const entries = joined ? 1 : sizeOf(batch)
      lowerProduct(
        {
          ...{ a: a.block, b: b.block, c: output.block, bias: null },
          ...{ m: joined ? rows * sizeOf(batch) : rows, n, k, transposeA, transposeB, entries },
          offsetsA: offsets(joined ? [] : batchA, joined ? [] : batch, rows * k, lowering),
          offsetsB: offsets(joined ? [] : batchB, joined ? [] : batch, k * n, lowering),
        },
        lowering,
      )
    },
  }),
  linear: kernelFor(ops.linear, {
    dtypes: ['float32'],
    takes: ({ weight }) => weight.shape[1]! > 0,
    lower: ({ x, weight, bias }, _options, { output }, lowering) => {
      const [n, k] = weight.shape as [number, number]
      const start = offsets([], [], 0, lowering)
      lowerProduct(
        {
          ...{ a: x.block, b: weight.block, c: output.block, bias: bias?.block ?? null },
          ...{ m: sizeOf(x.shape.slice(0, -1)), n, k, transposeA: false, transposeB: true },
          ...{ entries: 1, offsetsA: start, offsetsB: start },
        },
        lowering,
      )
    },
  }),
}

function depthOf({ shape }: TensorSpec, transposeA = false): number {
  return shape.at(transposeA ? -2 : -1)!
}

/** Where each matrix of a batch that is broadcast to `batch` begins, in elements. */
function offsets(own: Shape, batch: Shape, matrixSize: number, lowering: Lowering): MemoryBlock {
  const name = `matrices of ${sizeOf(own) === 1 ? 0 : matrixSize} elements, [${own}] broadcast to [${batch}]`
  return lowering.constant(name, () => broadcastIndices(own, batch).map((index) => index * matrixSize))
}
