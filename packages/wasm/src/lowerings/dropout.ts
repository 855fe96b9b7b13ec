import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'

/** Elements of one chunk: some ten microseconds of work, and a multiple of 32. */
const chunkSize = 8192

export const dropoutKernels = {
  dropout: kernelFor(ops.dropout, {
    dtypes: ['float32', 'int32'],
    lower: ({ x, seed }, { probability }, { output }, lowering) => {
      const count = sizeOf(x.shape)
      const args = {
        x: x.block,
        seed: seed.block,
        output: output.block,
        count,
        chunkSize,
        // bits · 2^-24 < probability, for whole numbers.
        threshold: Math.ceil(probability * 2 ** 24),
        scale: 1 / (1 - probability),
      }
      lowering.run('dropout', args, { chunks: Math.ceil(count / chunkSize) })
    },
  }),
}
