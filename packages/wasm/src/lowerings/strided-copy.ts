import { bytesOf, type DType, isComplex } from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import type { Lowering } from '../kernel.js'

/** A box inside a tensor: where it begins and how its axes lie, in elements. */
export interface Box {
  readonly block: MemoryBlock
  readonly start: number
  readonly strides: readonly number[]
}

interface Axis {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** Elements of one chunk. */
const chunkElements = 16_384

/** Copies a box of `shape` from one tensor into another; a stride of 0 in `from` repeats. */
export function copyStrided(
  lowering: Lowering,
  dtype: DType,
  from: Box,
  to: Box,
  shape: readonly number[],
): void {
  if (shape.includes(0)) return
  // An element of more than four bytes is an axis of four-byte words.
  const elementBytes = Math.min(4, bytesOf(dtype))
  const words = bytesOf(dtype) / elementBytes
  const axes = shape.map((size, axis) => {
    return { size, from: words * from.strides[axis]!, to: words * to.strides[axis]! }
  })
  axes.push({ size: words, from: 1, to: 1 })
  const merged = mergeAxes(axes)
  copyAxes(lowering, elementBytes, { from, to }, words * from.start, words * to.start, merged)
}

/** Without axes of size 1, and with neighbours made one where they lie like one. */
function mergeAxes(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = []
  for (const axis of axes) {
    if (axis.size === 1) continue
    const last = merged.at(-1)
    if (last && last.from === axis.from * axis.size && last.to === axis.to * axis.size) {
      merged[merged.length - 1] = { ...axis, size: last.size * axis.size }
    } else merged.push(axis)
  }
  return merged.length > 0 ? merged : [{ size: 1, from: 1, to: 1 }]
}

function copyAxes(
  lowering: Lowering,
  elementBytes: number,
  boxes: { readonly from: Box; readonly to: Box },
  fromStart: number,
  toStart: number,
  axes: readonly Axis[],
): void {
  if (axes.length > 4) {
    // More axes than the kernels have: one call for each place along the first.
    const [first, ...rest] = axes
    for (let i = 0; i < first!.size; i++) {
      copyAxes(lowering, elementBytes, boxes, fromStart + i * first!.from, toStart + i * first!.to, rest)
    }
    return
  }
  const last = axes.at(-1)!
  if (axes.length < 4 && last.size > 2 * chunkElements) {
    // A long run becomes rows, so that threads can share it, and a rest.
    const whole = Math.floor(last.size / chunkElements)
    const outer = axes.slice(0, -1)
    copyAxes(lowering, elementBytes, boxes, fromStart, toStart, [
      ...outer,
      { size: whole, from: last.from * chunkElements, to: last.to * chunkElements },
      { ...last, size: chunkElements },
    ])
    const done = whole * chunkElements
    if (done === last.size) return
    const rest = [...outer, { ...last, size: last.size - done }]
    copyAxes(lowering, elementBytes, boxes, fromStart + done * last.from, toStart + done * last.to, rest)
    return
  }
  const pointers = {
    from: boxes.from.block.at(fromStart * elementBytes),
    to: boxes.to.block.at(toStart * elementBytes),
  }
  const rowAxis = axes.findIndex(({ from }, i) => from === 1 && i < axes.length - 1)
  if (elementBytes === 4 && last.to === 1 && last.from > 1 && rowAxis >= 0) {
    transpose(lowering, pointers, axes, rowAxis)
    return
  }
  const [axis0, axis1, axis2] = padAxes(axes.slice(0, -1), 3)
  const rows = axis0!.size * axis1!.size * axis2!.size
  const rowsPerChunk = Math.max(1, Math.floor(chunkElements / last.size))
  lowering.run(
    elementBytes === 4 ? 'copyBox' : 'copyBoxOfBytes',
    {
      ...pointers,
      size0: axis0!.size,
      size1: axis1!.size,
      size2: axis2!.size,
      length: last.size,
      from0: axis0!.from,
      from1: axis1!.from,
      from2: axis2!.from,
      fromStep: last.from,
      to0: axis0!.to,
      to1: axis1!.to,
      to2: axis2!.to,
      toStep: last.to,
      rowsPerChunk,
    },
    { chunks: Math.ceil(rows / rowsPerChunk) },
  )
}

/** Rows of the result lie along `rowAxis`, where the input's elements are neighbours. */
function transpose(
  lowering: Lowering,
  pointers: { readonly from: ReturnType<MemoryBlock['at']>; readonly to: ReturnType<MemoryBlock['at']> },
  axes: readonly Axis[],
  rowAxis: number,
): void {
  const rows = axes[rowAxis]!
  const columns = axes.at(-1)!
  const [axis0, axis1] = padAxes(
    axes.slice(0, -1).filter((_, i) => i !== rowAxis),
    2,
  )
  const rowsPerChunk = Math.max(8, Math.floor(chunkElements / columns.size / 8) * 8)
  const chunksPerMatrix = Math.ceil(rows.size / rowsPerChunk)
  lowering.run(
    'transpose',
    {
      ...pointers,
      size1: axis1!.size,
      from0: axis0!.from,
      from1: axis1!.from,
      to0: axis0!.to,
      to1: axis1!.to,
      rows: rows.size,
      columns: columns.size,
      fromColumn: columns.from,
      toRow: rows.to,
      rowsPerChunk,
      chunksPerMatrix,
    },
    { chunks: axis0!.size * axis1!.size * chunksPerMatrix },
  )
}

function padAxes(axes: readonly Axis[], count: number): readonly Axis[] {
  return [...Array.from({ length: count - axes.length }, () => ({ size: 1, from: 0, to: 0 })), ...axes]
}

/** Sets all bytes of a tensor to 0. */
export function zeroFill(lowering: Lowering, to: MemoryBlock, bytes: number): void {
  const chunkBytes = 4 * chunkElements
  lowering.run('zero', { to, bytes, chunkBytes }, { chunks: Math.ceil(bytes / chunkBytes) })
}

/** The number of float32 in an element. */
export function partsOf(dtype: DType): number {
  return isComplex(dtype) ? 2 : 1
}
