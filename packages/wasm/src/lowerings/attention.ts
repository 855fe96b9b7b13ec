import { ops, type TensorSpec } from '@gyre/tensor'
import { kernelFor, type Located } from '../kernel.js'
import { roundUp } from './round-up.js'

/** Rows of queries that the kernels hold the weights of at once. */
const forwardBlock = 24
const backwardBlock = 48
/** Rows for which packing the keys and values that they see hardly counts. */
const rowsWorthPacking = 72
/** Chunks that occupy several threads evenly. */
const wantedChunks = 16

export const attentionKernels = {
  attention: kernelFor(ops.attention, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ query, key }) => isFloat(query) && hasNumbers(query, key),
    lower: ({ query, key, value, keyMask }, { causal, scale }, { output, logSumExp }, lowering) => {
      const { heads, ...sizes } = sizesOf(query, key)
      const { rows, keys, features } = sizes
      const wantedOfHead = Math.ceil(wantedChunks / heads)
      const rowsOfChunk = roundUp(Math.max(rowsWorthPacking, rows / wantedOfHead), forwardBlock)
      const args = {
        ...{ query: query.block, key: key.block, value: value.block, ...maskOf(keyMask) },
        ...{ output: output.block, logSumExp: logSumExp.block },
        ...{ ...sizes, rowsOfChunk, causal: Number(causal), scale },
      }
      const packed = roundUp(keys, 8) * features + roundUp(features, 8) * keys
      lowering.run('attention', args, {
        chunks: heads * Math.ceil(rows / rowsOfChunk),
        scratch: scratchOf(sizes, forwardBlock, packed + 2 * forwardBlock),
      })
    },
  }),
  attentionBackward: kernelFor(ops.attentionBackward, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ query, key }) => isFloat(query) && hasNumbers(query, key),
    lower: (
      { grad, query, key, value, keyMask, output, logSumExp },
      { causal, scale },
      { query: queryGrad, key: keyGrad, value: valueGrad },
      lowering,
    ) => {
      const { heads, ...sizes } = sizesOf(query, key)
      const { keys, features } = sizes
      const args = {
        ...{ grad: grad.block, query: query.block, key: key.block, value: value.block, ...maskOf(keyMask) },
        ...{ output: output.block, logSumExp: logSumExp.block },
        ...{ queryGrad: queryGrad.block, keyGrad: keyGrad.block, valueGrad: valueGrad.block },
        ...{ ...sizes, causal: Number(causal), scale },
      }
      const packed = 2 * roundUp(keys, 8) * features + roundUp(features, 8) * (keys + backwardBlock)
      lowering.run('attentionBackward', args, {
        chunks: heads,
        scratch: scratchOf(sizes, 2 * backwardBlock, packed),
      })
    },
  }),
}

function isFloat({ dtype }: TensorSpec): boolean {
  return dtype === 'float32'
}

function hasNumbers(query: TensorSpec, key: TensorSpec): boolean {
  return ![...query.shape, ...key.shape].includes(0)
}

/** Sizes as the kernels see them; `heads` counts the key heads of all batch entries. */
function sizesOf(query: TensorSpec, key: TensorSpec) {
  const [batch, queryHeads, queries, features] = query.shape as readonly [number, number, number, number]
  const [, keyHeads, keys] = key.shape as readonly [number, number, number, number]
  const rows = (queryHeads / keyHeads) * queries
  return { heads: batch * keyHeads, keyHeads, rows, queries, keys, features }
}

function maskOf(keyMask: Located | undefined) {
  return { keyMask: keyMask?.block ?? null, maskBytes: keyMask?.dtype === 'bool' ? 1 : 4 }
}

/** Bytes for so many rows of scores, a mask, `packed` numbers, and what a product on packed panels needs. */
function scratchOf(
  { keys, features }: { keys: number; features: number },
  scoreRows: number,
  packed: number,
): number {
  const padded = roundUp(keys, 8)
  const numbers = scoreRows * (padded + 16) + padded + packed
  return 4 * (numbers + 48 + 6 * Math.max(keys, features, backwardBlock))
}
