import { ops, sizeOf, type TensorSpec } from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import { cutRows } from './row-chunks.js'

/** Rows of which one chunk adds its part of the gradient for weight in float32: few enough to lose nothing. */
const mostRowsAdded = 256
/** Enough of them that writing and adding up the parts costs little beside reading the rows. */
const leastRowsAdded = 32

export const normalizationKernels = {
  layerNorm: kernelFor(ops.layerNorm, {
    dtypes: ['float32'],
    takes: ({ x }) => x.shape.length > 0,
    lower: ({ x, weight, bias }, { epsilon }, { output, mean, reciprocalDeviation }, lowering) => {
      const { rows, features } = rowsOf(x)
      const { rowsPerChunk, chunks } = cutRows(rows, features)
      const args = {
        x: x.block,
        weight: weight.block,
        bias: bias.block,
        output: output.block,
        mean: mean.block,
        reciprocalDeviation: reciprocalDeviation.block,
        rows,
        features,
        rowsPerChunk,
        epsilon,
      }
      lowering.run('layerNorm', args, { chunks })
    },
  }),
  layerNormBackward: kernelFor(ops.layerNormBackward, {
    dtypes: ['float32'],
    takes: ({ x }) => x.shape.length > 0,
    lower: ({ grad, x, weight, mean, reciprocalDeviation }, _options, results, lowering) => {
      const { rows, features } = rowsOf(x)
      const { rowsPerChunk, chunks } = cutRows(rows, features, leastRowsAdded, mostRowsAdded)
      const needsParts = results.weight.used || results.bias.used
      const weightParts = needsParts ? lowering.workspace(4 * chunks * features) : null
      const biasParts = needsParts ? lowering.workspace(4 * chunks * features) : null
      const args = {
        grad: grad.block,
        x: x.block,
        weight: weight.block,
        mean: mean.block,
        reciprocalDeviation: reciprocalDeviation.block,
        xGrad: results.x.used ? results.x.block : null,
        weightParts,
        biasParts,
        rows,
        features,
        rowsPerChunk,
      }
      lowering.run('layerNormBackward', args, { chunks })
      addParts(weightParts, chunks, results.weight, lowering)
      addParts(biasParts, chunks, results.bias, lowering)
    },
  }),
  rmsNorm: kernelFor(ops.rmsNorm, {
    dtypes: ['float32'],
    lower: ({ x, weight }, { epsilon }, { output, reciprocalRms }, lowering) => {
      const { rows, features } = rowsOf(x)
      const { rowsPerChunk, chunks } = cutRows(rows, features)
      const args = {
        x: x.block,
        weight: weight.block,
        output: output.block,
        reciprocalRms: reciprocalRms.block,
        rows,
        features,
        rowsPerChunk,
        epsilon,
      }
      lowering.run('rmsNorm', args, { chunks })
    },
  }),
  rmsNormBackward: kernelFor(ops.rmsNormBackward, {
    dtypes: ['float32'],
    lower: ({ grad, x, weight, reciprocalRms }, _options, results, lowering) => {
      const { rows, features } = rowsOf(x)
      const { rowsPerChunk, chunks } = cutRows(rows, features, leastRowsAdded, mostRowsAdded)
      const weightParts = results.weight.used ? lowering.workspace(4 * chunks * features) : null
      const args = {
        grad: grad.block,
        x: x.block,
        weight: weight.block,
        reciprocalRms: reciprocalRms.block,
        xGrad: results.x.used ? results.x.block : null,
        weightParts,
        rows,
        features,
        rowsPerChunk,
      }
      lowering.run('rmsNormBackward', args, { chunks })
      addParts(weightParts, chunks, results.weight, lowering)
    },
  }),
}

function rowsOf({ shape }: TensorSpec): { rows: number; features: number } {
  return { rows: sizeOf(shape.slice(0, -1)), features: shape.at(-1)! }
}

/** The sum of the chunks' parts, each a row as wide as `output`. */
function addParts(parts: MemoryBlock | null, rows: number, output: Located, lowering: Lowering): void {
  if (parts === null || !output.used) return
  const columns = sizeOf(output.shape)
  const { rowsPerChunk: groups, chunks } = cutRows(Math.ceil(columns / 4), 4 * rows)
  lowering.run(
    'addPartialRows',
    { parts, output: output.block, rows, columns, columnsPerChunk: 4 * groups },
    { chunks },
  )
}
