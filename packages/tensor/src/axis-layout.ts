import { normalizeAxis, type Shape, sizeOf } from './shape.js'

/**
 * How one axis lies in a row-major tensor: element `i` of the axis, in block `outer` and at place `inner`, is
 * number `(outer · length + i) · stride + inner`.
 */
export interface AxisLayout {
  readonly blocks: number
  readonly length: number
  readonly stride: number
}

export function axisLayout(shape: Shape, axis: number, where: string): AxisLayout {
  const at = normalizeAxis(axis, shape.length, where)
  return { blocks: sizeOf(shape.slice(0, at)), length: shape[at]!, stride: sizeOf(shape.slice(at + 1)) }
}
