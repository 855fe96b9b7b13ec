import { axisGroups, normalizeAxes, ops, type ReductionOptions, type Shape, sizeOf } from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import { kernelFor, type Lowering } from '../kernel.js'
import { copyStrided, partsOf, zeroFill } from './strided-copy.js'

/** Elements of one chunk. */
const chunkElements = 16_384
/** Chunks that are enough for some threads to have equal shares. */
const chunksWanted = 16
/** Columns whose sums stay in the first-level cache. */
const columnsPerBlock = 2048

/** A tensor as [outer, length, inner], of which the middle axis is reduced. */
interface Pass {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

type LowerPass = (lowering: Lowering, pass: Pass, x: MemoryBlock, output: MemoryBlock) => void

/** Reduces one group of neighbouring axes after the other, the last first. */
function reduceAxes(
  lowering: Lowering,
  shape: Shape,
  axes: readonly number[],
  x: MemoryBlock,
  output: MemoryBlock,
  lowerPass: LowerPass,
): void {
  let groups = axisGroups(shape, axes)
  const product = (part: typeof groups) => part.reduce((size, group) => size * group.size, 1)
  if (!groups.some(({ reduced }) => reduced)) {
    const size = product(groups)
    const strides = [1]
    copyStrided(lowering, 'float32', { block: x, start: 0, strides }, { block: output, start: 0, strides }, [
      size,
    ])
    return
  }
  let from = x
  for (;;) {
    const at = groups.findLastIndex(({ reduced }) => reduced)
    const pass = {
      outer: product(groups.slice(0, at)),
      length: groups[at]!.size,
      inner: product(groups.slice(at + 1)),
    }
    const rest = groups.filter((_, i) => i !== at)
    const last = !rest.some(({ reduced }) => reduced)
    const to = last ? output : lowering.workspace(4 * pass.outer * pass.inner)
    lowerPass(lowering, pass, from, to)
    if (last) return
    from = to
    groups = rest
  }
}

/** Into how many segments a reduction is cut where the axes that stay give too few chunks. */
function segmentsOf({ outer, length, inner }: Pass): { segmentLength: number; segments: number } {
  const few = outer < chunksWanted && length * inner >= 2 * chunkElements
  const wanted = few ? Math.min(chunksWanted, length, Math.ceil((length * inner) / chunkElements)) : 1
  const segmentLength = Math.ceil(length / wanted)
  return { segmentLength, segments: Math.ceil(length / segmentLength) }
}

const lowerSum: LowerPass = (lowering, pass, x, output) => {
  if (pass.inner === 1) sumRows(lowering, pass, x, output)
  else sumColumns(lowering, pass, x, output)
}

function sumRows(lowering: Lowering, pass: Pass, x: MemoryBlock, output: MemoryBlock): void {
  const { outer: rows, length } = pass
  const { segmentLength, segments } = segmentsOf(pass)
  const partials = segments > 1 ? lowering.workspace(8 * rows * segments) : output
  const segmentsPerChunk = Math.max(1, Math.floor(chunkElements / segmentLength))
  lowering.run(
    'sumRows',
    { x, output: partials, rows, length, segmentLength, segments, segmentsPerChunk },
    { chunks: Math.ceil((rows * segments) / segmentsPerChunk) },
  )
  if (segments > 1) sumPartials(lowering, partials, output, { outer: rows, length: segments, inner: 1 })
}

function sumColumns(lowering: Lowering, pass: Pass, x: MemoryBlock, output: MemoryBlock): void {
  const { outer, length, inner } = pass
  const columnBlocks = Math.ceil(inner / columnsPerBlock)
  const blockColumns = Math.min(inner, columnsPerBlock)
  const wanted = Math.min(
    Math.ceil(chunksWanted / (outer * columnBlocks)),
    Math.ceil((length * blockColumns) / chunkElements),
  )
  const rowsPerBlock = Math.ceil(length / wanted / 4) * 4
  const rowBlocks = Math.ceil(length / rowsPerBlock)
  const partials = rowBlocks > 1 ? lowering.workspace(8 * outer * rowBlocks * inner) : output
  lowering.run(
    'sumColumns',
    { x, output: partials, length, inner, rowsPerBlock, rowBlocks, columnsPerBlock, columnBlocks },
    { chunks: outer * rowBlocks * columnBlocks, scratch: 8 * blockColumns },
  )
  if (rowBlocks > 1) sumPartials(lowering, partials, output, { outer, length: rowBlocks, inner })
}

function sumPartials(
  lowering: Lowering,
  partials: MemoryBlock,
  output: MemoryBlock,
  { outer, length: blocks, inner }: Pass,
): void {
  const resultsPerChunk = Math.max(1, Math.floor(chunkElements / blocks))
  lowering.run(
    'sumPartials',
    { partials, output, outer, blocks, inner, resultsPerChunk },
    { chunks: Math.ceil((outer * inner) / resultsPerChunk) },
  )
}

const lowerMax: LowerPass = (lowering, pass, x, output) => {
  const { outer, length, inner } = pass
  const { segmentLength, segments } = segmentsOf(pass)
  const partial = segments > 1 ? lowering.workspace(4 * outer * segments * inner) : output
  const segmentsPerChunk = Math.max(1, Math.floor(chunkElements / (segmentLength * inner)))
  lowering.run(
    'max',
    { x, output: partial, outer, length, inner, segmentLength, segments, segmentsPerChunk },
    { chunks: Math.ceil((outer * segments) / segmentsPerChunk) },
  )
  if (segments > 1) lowerMax(lowering, { outer, length: segments, inner }, partial, output)
}

function reducedAxes(shape: Shape, { axes }: ReductionOptions, name: string): readonly number[] {
  return normalizeAxes(axes, shape.length, name)
}

export const reductionsKernels = {
  sum: kernelFor(ops.sum, {
    dtypes: ['float32', 'complex64'],
    lower: ({ x }, options, { output }, lowering) => {
      const parts = partsOf(x.dtype)
      if (sizeOf(x.shape) === 0) {
        zeroFill(lowering, output.block, 4 * parts * sizeOf(output.shape))
        return
      }
      const axes = reducedAxes(x.shape, options, 'sum')
      reduceAxes(lowering, [...x.shape, parts], axes, x.block, output.block, lowerSum)
    },
  }),
  max: kernelFor(ops.max, {
    dtypes: ['float32'],
    lower: ({ x }, options, { output }, lowering) => {
      if (sizeOf(x.shape) === 0) return
      const axes = reducedAxes(x.shape, options, 'max')
      reduceAxes(lowering, x.shape, axes, x.block, output.block, lowerMax)
    },
  }),
  argmax: kernelFor(ops.argmax, {
    dtypes: ['float32', 'int32'],
    takes: ({ x }) => x.dtype === 'float32',
    lower: ({ x }, { axis }, { output }, lowering) => {
      const [outer, length, inner] = [
        sizeOf(x.shape.slice(0, axis)),
        x.shape[axis]!,
        sizeOf(x.shape.slice(axis + 1)),
      ] as const
      const resultsPerChunk = Math.max(1, Math.floor(chunkElements / length))
      lowering.run(
        'argmax',
        { x: x.block, output: output.block, outer, length, inner, resultsPerChunk },
        { chunks: Math.ceil((outer * inner) / resultsPerChunk) },
      )
    },
  }),
  cumsum: kernelFor(ops.cumsum, {
    dtypes: ['float32', 'int32'],
    lower: ({ x }, _options, { output }, lowering) => {
      const length = x.shape.at(-1) ?? 1
      if (length === 0) return
      const rows = sizeOf(x.shape) / length
      const rowsPerChunk = Math.max(1, Math.floor(chunkElements / length))
      lowering.run(
        x.dtype === 'int32' ? 'cumsumInt32' : 'cumsum',
        { x: x.block, output: output.block, rows, length, rowsPerChunk },
        { chunks: Math.ceil(rows / rowsPerChunk) },
      )
    },
  }),
}
