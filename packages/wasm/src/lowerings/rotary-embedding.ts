import { ops } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { cutRows } from './row-chunks.js'

export const rotaryEmbeddingKernels = {
  rotaryEmbedding: kernelFor(ops.rotaryEmbedding, {
    dtypes: ['float32'],
    lower: ({ x, cos, sin }, { transposed }, { output }, lowering) => {
      const [batch, heads, positions, features] = x.shape as readonly [number, number, number, number]
      const rows = batch * heads * positions
      const { rowsPerChunk, chunks } = cutRows(rows, features)
      const args = {
        x: x.block,
        cos: cos.block,
        sin: sin.block,
        output: output.block,
        rows,
        heads,
        positions,
        features,
        cosPerBatch: Number(cos.shape.length === 3),
        sinPerBatch: Number(sin.shape.length === 3),
        transposed: Number(transposed),
        rowsPerChunk,
      }
      lowering.run('rotaryEmbedding', args, { chunks })
    },
  }),
}
