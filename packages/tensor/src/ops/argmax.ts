import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

export const argmaxOp = defineOp<{ x: Tensor }, { axis: number }>()({
  name: 'argmax',
  doc: { summary: 'The index of the first largest element along an axis.' },
  shape: ({ x }, { axis }) => {
    checkDType('argmax', 'x', x.dtype, ['float32', 'float64', 'int32'])
    if (x.shape[axis] === 0) {
      throw new ShapeError(`argmax: axis ${axis} of ${formatShape(x.shape)} has no elements to choose from`)
    }
    return { output: { shape: x.shape.filter((_, i) => i !== axis), dtype: 'int32' } }
  },
  reference: ({ x }, { axis }, { output }) => {
    const length = x.shape[axis]!
    const inner = sizeOf(x.shape.slice(axis + 1))
    for (let i = 0; i < output.data.length; i++) {
      const start = Math.floor(i / inner) * length * inner + (i % inner)
      let best = 0
      for (let j = 1; j < length; j++)
        if (x.data[start + j * inner]! > x.data[start + best * inner]!) best = j
      output.data[i] = best
    }
  },
  vjp: notDifferentiable('an index has no slope'),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'last axis', inputs: { x: source.distinct([3, 4]) }, options: { axis: 1 } },
    { name: 'first axis', inputs: { x: source.distinct([3, 4]) }, options: { axis: 0 } },
  ],
})

/** The index of the largest element along `axis`, the first of several. Shapes: any → without the axis, int32. */
export function argmax(x: Tensor, { axis = -1 } = {}): Tensor<Shape, 'int32'> {
  return dispatch(argmaxOp, { x }, { axis: normalizeAxis(axis, x.rank, 'argmax') }).output as Tensor<
    Shape,
    'int32'
  >
}
