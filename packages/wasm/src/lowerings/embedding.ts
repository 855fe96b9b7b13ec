import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { checkIndices } from './check-indices.js'
import { cutRows } from './row-chunks.js'

export const embeddingKernels = {
  embedding: kernelFor(ops.embedding, {
    dtypes: ['float32', 'int32'],
    lower: ({ weight, ids }, _options, { output }, lowering) => {
      const [rows, features] = weight.shape as readonly [number, number]
      const count = sizeOf(ids.shape)
      checkIndices('embedding', ids, rows, lowering)
      const { rowsPerChunk: idsPerChunk, chunks } = cutRows(count, features)
      const args = {
        weight: weight.block,
        ids: ids.block,
        output: output.block,
        count,
        features,
        idsPerChunk,
      }
      lowering.run('embedding', args, { chunks })
    },
  }),
  embeddingBackward: kernelFor(ops.embeddingBackward, {
    dtypes: ['float32', 'int32'],
    lower: ({ grad, ids }, { rows, paddingIndex = -1 }, { output }, lowering) => {
      const features = grad.shape.at(-1)!
      const count = sizeOf(ids.shape)
      checkIndices('embeddingBackward', ids, rows, lowering)
      const first = lowering.workspace(4 * rows)
      const next = lowering.workspace(4 * count)
      lowering.run('linkIds', { ids: ids.block, first, next, count, rows, padding: paddingIndex })
      const { rowsPerChunk, chunks } = cutRows(rows, features)
      const args = { grad: grad.block, first, next, output: output.block, rows, features, rowsPerChunk }
      lowering.run('embeddingBackward', args, { chunks })
    },
  }),
}
