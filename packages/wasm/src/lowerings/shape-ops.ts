import {
  broadcastStrides,
  bytesOf,
  type DType,
  indexError,
  ops,
  sizeOf,
  stridesOf,
  useReference,
} from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import { kernelFor } from '../kernel.js'
import { checkIndices } from './check-indices.js'
import { type Box, copyStrided, partsOf, zeroFill } from './strided-copy.js'

/** Ops that only move elements take all of them. */
const allDTypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool', 'complex64', 'complex128']

function box(block: MemoryBlock, strides: readonly number[], first: readonly number[] = []): Box {
  return { block, strides, start: first.reduce((start, index, axis) => start + index * strides[axis]!, 0) }
}

export const shapeOpsKernels = {
  transpose: kernelFor(ops.transpose, {
    dtypes: allDTypes,
    lower: ({ x }, { permutation }, { output }, lowering) => {
      const strides = stridesOf(x.shape)
      const from = box(
        x.block,
        permutation.map((axis) => strides[axis]!),
      )
      copyStrided(lowering, x.dtype, from, box(output.block, stridesOf(output.shape)), output.shape)
    },
  }),
  slice: kernelFor(ops.slice, {
    dtypes: allDTypes,
    lower: ({ x }, { begin, size }, { output }, lowering) =>
      copyStrided(
        lowering,
        x.dtype,
        box(x.block, stridesOf(x.shape), begin),
        box(output.block, stridesOf(size)),
        size,
      ),
  }),
  pad: kernelFor(ops.pad, {
    dtypes: allDTypes,
    lower: ({ x }, { before }, { output }, lowering) => {
      const size = sizeOf(output.shape)
      if (size > sizeOf(x.shape)) zeroFill(lowering, output.block, bytesOf(x.dtype) * size)
      const to = box(output.block, stridesOf(output.shape), before)
      copyStrided(lowering, x.dtype, box(x.block, stridesOf(x.shape)), to, x.shape)
    },
  }),
  concat: kernelFor(ops.concat, {
    dtypes: allDTypes,
    lower: ({ tensors }, { axis }, { output }, lowering) => {
      const strides = stridesOf(output.shape)
      let start = 0
      for (const { block, shape, dtype } of tensors) {
        const to = { block: output.block, start, strides }
        copyStrided(lowering, dtype, box(block, stridesOf(shape)), to, shape)
        start += shape[axis]! * strides[axis]!
      }
    },
  }),
  broadcastTo: kernelFor(ops.broadcastTo, {
    dtypes: allDTypes,
    lower: ({ x }, { shape }, { output }, lowering) =>
      copyStrided(
        lowering,
        x.dtype,
        box(x.block, broadcastStrides(x.shape, shape)),
        box(output.block, stridesOf(shape)),
        shape,
      ),
  }),
  gather: kernelFor(ops.gather, {
    dtypes: allDTypes,
    lower: ({ x, indices }, { axis }, { output }, lowering) => {
      const length = x.shape[axis]!
      const count = indices.shape[0]!
      checkIndices('gather', indices, length, lowering)
      const outer = sizeOf(x.shape.slice(0, axis))
      const sliceBytes = bytesOf(x.dtype) * sizeOf(x.shape.slice(axis + 1))
      const slicesPerChunk = Math.max(1, Math.floor(65_536 / Math.max(4, sliceBytes)))
      lowering.run(
        'gather',
        {
          x: x.block,
          indices: indices.block,
          output: output.block,
          outer,
          length,
          count,
          sliceBytes,
          slicesPerChunk,
        },
        { chunks: Math.ceil((outer * count) / slicesPerChunk) },
      )
    },
  }),
  dynamicUpdateSlice: kernelFor(ops.dynamicUpdateSlice, {
    dtypes: allDTypes,
    lower: ({ x, update, start }, { axis }, { output }, lowering) => {
      const strides = stridesOf(x.shape)
      if (output.block !== x.block) {
        copyStrided(lowering, x.dtype, box(x.block, strides), box(output.block, strides), x.shape)
      }
      const [length, count] = [x.shape[axis]!, update.shape[axis]!]
      const outer = sizeOf(x.shape.slice(0, axis))
      const sliceBytes = bytesOf(x.dtype) * sizeOf(x.shape.slice(axis + 1))
      const outerPerChunk = Math.max(1, Math.floor(65_536 / Math.max(4, count * sliceBytes)))
      const guard = lowering.guard((position, index) =>
        indexError('dynamicUpdateSlice', index, position, length - count + 1),
      )
      lowering.run(
        'updateSlice',
        {
          ...{ to: output.block, update: update.block, start: start.block },
          ...{ outer, length, count, sliceBytes, outerPerChunk, guard },
        },
        { chunks: Math.ceil(outer / outerPerChunk), mayHalt: true },
      )
    },
  }),
  scatterAdd: kernelFor(ops.scatterAdd, {
    dtypes: ['float32', 'complex64', 'int32'],
    takes: ({ x }) => x.dtype !== 'int32',
    lower: ({ x, indices }, { axis, length }, { output }, lowering) => {
      const outer = sizeOf(x.shape.slice(0, axis))
      const inner = partsOf(x.dtype) * sizeOf(x.shape.slice(axis + 1))
      const count = indices.shape[0]!
      checkIndices('scatterAdd', indices, length, lowering)
      // Every chunk reads all indices, so the middle axis has at most 64 of them.
      const slicesPerChunk = Math.max(1, Math.floor(4096 / Math.max(1, inner)), Math.ceil(length / 64))
      const innerPerChunk = Math.min(inner, Math.max(4, Math.floor(32_768 / slicesPerChunk) * 2))
      const sliceChunks = Math.ceil(length / slicesPerChunk)
      const innerChunks = inner === 0 ? 0 : Math.ceil(inner / innerPerChunk)
      lowering.run(
        'scatterAdd',
        {
          x: x.block,
          indices: indices.block,
          output: output.block,
          length,
          count,
          inner,
          slicesPerChunk,
          innerPerChunk,
          sliceChunks,
          innerChunks,
        },
        {
          chunks: outer * sliceChunks * innerChunks,
          scratch: 8 * Math.min(slicesPerChunk, length) * innerPerChunk,
        },
      )
    },
  }),
  reshape: useReference('it is a view'),
  complex: kernelFor(ops.complex, {
    dtypes: ['float32', 'complex64'],
    lower: ({ re, im }, _options, { output }, lowering) => {
      const size = sizeOf(output.shape)
      for (const [start, { block }] of [re, im].entries()) {
        const to = { block: output.block, start, strides: [2] }
        copyStrided(lowering, 'float32', box(block, [1]), to, [size])
      }
    },
  }),
  conj: kernelFor(ops.conj, {
    dtypes: ['complex64'],
    lower: ({ x }, _options, { output }, lowering) => {
      const count = sizeOf(x.shape)
      const chunkSize = 8192
      const args = { x: x.block, output: output.block, count, chunkSize }
      lowering.run('conj', args, { chunks: Math.ceil(count / chunkSize) })
    },
  }),
  real: kernelFor(ops.real, {
    dtypes: ['float32', 'complex64'],
    lower: ({ x }, _options, { output }, lowering) => {
      const from = { block: x.block, start: 0, strides: [2] }
      copyStrided(lowering, 'float32', from, box(output.block, [1]), [sizeOf(x.shape)])
    },
  }),
  imag: kernelFor(ops.imag, {
    dtypes: ['float32', 'complex64'],
    lower: ({ x }, _options, { output }, lowering) => {
      const from = { block: x.block, start: 1, strides: [2] }
      copyStrided(lowering, 'float32', from, box(output.block, [1]), [sizeOf(x.shape)])
    },
  }),
}
