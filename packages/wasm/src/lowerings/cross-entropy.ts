import { ops, sizeOf, targetError } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { cutRows } from './row-chunks.js'

export const crossEntropyKernels = {
  crossEntropy: kernelFor(ops.crossEntropy, {
    dtypes: ['float32', 'int32'],
    lower: ({ logits, targets }, { ignoreIndex, reduction }, { output, logSumExp }, lowering) => {
      const rows = sizeOf(targets.shape)
      const classes = logits.shape.at(-1)!
      const { rowsPerChunk, chunks } = cutRows(rows, classes)
      const guard = lowering.guard((position, target) => targetError(target, position, classes, ignoreIndex))
      const common = { targets: targets.block, rows, ignoreIndex }
      lowering.run('checkTargets', { ...common, classes, guard }, { mayHalt: true })
      const losses = lowering.workspace(8 * rows)
      const args = {
        ...common,
        logits: logits.block,
        logSumExp: logSumExp.block,
        losses,
        classes,
        rowsPerChunk,
      }
      lowering.run('crossEntropyRows', args, { chunks })
      lowering.run('crossEntropyTotal', {
        ...common,
        losses,
        output: output.block,
        mean: Number(reduction === 'mean'),
      })
    },
  }),
  crossEntropyBackward: kernelFor(ops.crossEntropyBackward, {
    dtypes: ['float32', 'int32'],
    lower: ({ grad, logits, targets, logSumExp }, { ignoreIndex, reduction }, { output }, lowering) => {
      const rows = sizeOf(targets.shape)
      const classes = logits.shape.at(-1)!
      const { rowsPerChunk, chunks } = cutRows(rows, classes)
      const common = { targets: targets.block, rows, ignoreIndex }
      const scale = lowering.workspace(8)
      lowering.run('crossEntropyScale', {
        ...common,
        grad: grad.block,
        scale,
        mean: Number(reduction === 'mean'),
      })
      const args = {
        ...common,
        scale,
        logits: logits.block,
        logSumExp: logSumExp.block,
        output: output.block,
        classes,
        rowsPerChunk,
      }
      lowering.run('crossEntropyBackward', args, { chunks })
    },
  }),
}
