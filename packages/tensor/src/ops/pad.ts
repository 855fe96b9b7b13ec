import { type DType, isComplex } from '../dtype.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, stridesOf } from '../shape.js'
import { copyStrided } from '../strided-copy.js'
import type { Tensor } from '../tensor.js'
import { slice } from './slice.js'

export const padOp = defineOp<{ x: Tensor }, { before: readonly number[]; after: readonly number[] }>()({
  name: 'pad',
  doc: { summary: 'Zeros around a tensor, so many before and after it along each axis.' },
  shape: ({ x }, { before, after }) => {
    if (
      before.length !== x.shape.length ||
      after.length !== x.shape.length ||
      [...before, ...after].some((n) => !Number.isInteger(n) || n < 0)
    ) {
      throw new ShapeError(
        `pad: ${formatShape(x.shape)} needs as many integers ≥ 0 before and after, ` +
          `not ${formatShape(before)} and ${formatShape(after)}`,
      )
    }
    return {
      output: { shape: x.shape.map((dim, axis) => before[axis]! + dim + after[axis]!), dtype: x.dtype },
    }
  },
  reference: ({ x }, { before }, { output }) => {
    const strides = stridesOf(output.shape)
    const start = before.reduce((offset, count, axis) => offset + count * strides[axis]!, 0)
    copyStrided(x.data, 0, stridesOf(x.shape), output.data, start, strides, x.shape, isComplex(x.dtype))
  },
  vjp: ({ inputs: { x }, options: { before }, grads }) => ({
    x: () => slice(grads.output, before, x.shape) as Tensor,
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'matrix', inputs: { x: source.normal([2, 3]) }, options: { before: [1, 0], after: [0, 2] } },
    { name: 'complex', inputs: { x: source.complex([2]) }, options: { before: [1], after: [1] } },
  ],
})

/** `before[i]` zeros before axis i and `after[i]` after it. Shapes: any → larger by those. */
export function pad<D extends DType>(
  x: Tensor<Shape, D>,
  before: readonly number[],
  after: readonly number[],
): Tensor<Shape, D> {
  return dispatch(padOp, { x: x as Tensor }, { before, after }).output as Tensor<Shape, D>
}
