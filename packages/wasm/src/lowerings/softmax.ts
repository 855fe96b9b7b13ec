import { normalizeAxis, ops, type Shape, sizeOf, type TensorSpec } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { cutRows } from './row-chunks.js'

type Options = { readonly axis: number }

export const softmaxKernels = {
  softmax: kernelFor(ops.softmax, {
    dtypes: ['float32'],
    takes: ({ x }, options) => isRowwise(x, options),
    lower: ({ x }, options, { output }, lowering) => {
      const { rows, features, rowsPerChunk, chunks } = rowsOf(x.shape, options)
      lowering.run('softmax', { x: x.block, output: output.block, rows, features, rowsPerChunk }, { chunks })
    },
  }),
  softmaxBackward: kernelFor(ops.softmaxBackward, {
    dtypes: ['float32'],
    takes: ({ y }, options) => isRowwise(y, options),
    lower: ({ grad, y }, options, { output }, lowering) => {
      const { rows, features, rowsPerChunk, chunks } = rowsOf(y.shape, options)
      const args = { grad: grad.block, y: y.block, output: output.block, rows, features, rowsPerChunk }
      lowering.run('softmaxBackward', args, { chunks })
    },
  }),
  logSoftmax: kernelFor(ops.logSoftmax, {
    dtypes: ['float32'],
    takes: ({ x }, options) => isRowwise(x, options),
    lower: ({ x }, options, { output }, lowering) => {
      const { rows, features, rowsPerChunk, chunks } = rowsOf(x.shape, options)
      lowering.run(
        'logSoftmax',
        { x: x.block, output: output.block, rows, features, rowsPerChunk },
        { chunks },
      )
    },
  }),
  logSoftmaxBackward: kernelFor(ops.logSoftmaxBackward, {
    dtypes: ['float32'],
    takes: ({ y }, options) => isRowwise(y, options),
    lower: ({ grad, y }, options, { output }, lowering) => {
      const { rows, features, rowsPerChunk, chunks } = rowsOf(y.shape, options)
      const args = { grad: grad.block, y: y.block, output: output.block, rows, features, rowsPerChunk }
      lowering.run('logSoftmaxBackward', args, { chunks })
    },
  }),
}

/** Whether the axis is the last one that is longer than 1, so that its elements are neighbours. */
function isRowwise({ shape }: TensorSpec, { axis }: Options): boolean {
  return sizeOf(shape.slice(normalizeAxis(axis, shape.length, 'softmax') + 1)) === 1
}

function rowsOf(shape: Shape, { axis }: Options) {
  const at = normalizeAxis(axis, shape.length, 'softmax')
  const rows = sizeOf(shape.slice(0, at))
  const features = shape[at]!
  return { rows, features, ...cutRows(rows, features) }
}
