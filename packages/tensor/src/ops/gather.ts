import { type DType, isComplex } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { checkIndices } from '../indices.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { scatterAdd } from './scatter-add.js'

export const gatherOp = defineOp<{ x: Tensor; indices: Tensor }, { axis: number }>()({
  name: 'gather',
  doc: { summary: 'The slices of a tensor at given indices along one axis.' },
  shape: ({ x, indices }, { axis }) => {
    checkDType('gather', 'indices', indices.dtype, ['int32'])
    if (indices.shape.length !== 1) {
      throw new ShapeError(`gather: indices have shape ${formatShape(indices.shape)}; expected one axis`)
    }
    return {
      output: { shape: x.shape.map((dim, i) => (i === axis ? indices.shape[0]! : dim)), dtype: x.dtype },
    }
  },
  reference: ({ x, indices }, { axis }, { output }) => {
    const length = x.shape[axis]!
    checkIndices('gather', indices.data, length)
    const outer = sizeOf(x.shape.slice(0, axis))
    const inner = sizeOf(x.shape.slice(axis + 1)) * (isComplex(x.dtype) ? 2 : 1)
    const count = indices.data.length
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) {
        const from = (o * length + indices.data[i]!) * inner
        const to = (o * count + i) * inner
        for (let j = 0; j < inner; j++) output.data[to + j] = x.data[from + j]!
      }
    }
  },
  vjp: ({ inputs: { x, indices }, options: { axis }, grads }) => ({
    x: () => scatterAdd(grads.output, indices as Tensor<Shape, 'int32'>, { axis, length: x.shape[axis]! }),
    indices: notDifferentiable('indices are whole numbers'),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { x: source.normal([4, 3]), indices: source.integers([6], 4) },
      options: { axis: 0 },
    },
    {
      name: 'complex columns',
      inputs: { x: source.complex([2, 3]), indices: source.integers([2], 3) },
      options: { axis: 1 },
    },
  ],
})

/** The slices at `indices` along `axis`. Shapes: x any, indices `[n]` → x's with n along the axis. */
export function gather<D extends DType>(
  x: Tensor<Shape, D>,
  indices: Tensor<Shape, 'int32'>,
  { axis = 0 } = {},
): Tensor<Shape, D> {
  const along = normalizeAxis(axis, x.rank, 'gather')
  return dispatch(gatherOp, { x: x as Tensor, indices: indices as Tensor }, { axis: along }).output as Tensor<
    Shape,
    D
  >
}
