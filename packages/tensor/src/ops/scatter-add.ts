import { type DType, isComplex } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { checkIndices } from '../indices.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { checkShape, formatShape, normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { gather } from './gather.js'

export const scatterAddOp = defineOp<{ x: Tensor; indices: Tensor }, { axis: number; length: number }>()({
  name: 'scatterAdd',
  doc: { summary: 'Zeros to which the slices of a tensor are added at given indices along one axis.' },
  shape: ({ x, indices }, { axis, length }) => {
    checkDType('scatterAdd', 'indices', indices.dtype, ['int32'])
    if (indices.shape.length !== 1 || indices.shape[0] !== x.shape[axis]) {
      throw new ShapeError(
        `scatterAdd: x ${formatShape(x.shape)} needs [${x.shape[axis]}] indices for axis ${axis}, got ${formatShape(indices.shape)}`,
      )
    }
    const shape = x.shape.map((dim, i) => (i === axis ? length : dim))
    checkShape(shape, 'scatterAdd')
    return { output: { shape, dtype: x.dtype } }
  },
  reference: ({ x, indices }, { axis, length }, { output }) => {
    checkIndices('scatterAdd', indices.data, length)
    const outer = sizeOf(x.shape.slice(0, axis))
    const inner = sizeOf(x.shape.slice(axis + 1)) * (isComplex(x.dtype) ? 2 : 1)
    const count = indices.data.length
    // Sums are kept in float64 and rounded once.
    const sums = new Float64Array(output.data.length)
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) {
        const from = (o * count + i) * inner
        const to = (o * length + indices.data[i]!) * inner
        for (let j = 0; j < inner; j++) sums[to + j] = sums[to + j]! + x.data[from + j]!
      }
    }
    output.data.set(sums)
  },
  vjp: ({ inputs: { indices }, options: { axis }, grads }) => ({
    x: () => gather(grads.output, indices as Tensor<Shape, 'int32'>, { axis }),
    indices: notDifferentiable('indices are whole numbers'),
  }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { x: source.normal([6, 3]), indices: source.integers([6], 4) },
      options: { axis: 0, length: 4 },
    },
    {
      name: 'complex columns',
      inputs: { x: source.complex([2, 3]), indices: source.integers([3], 2) },
      options: { axis: 1, length: 2 },
    },
  ],
})

/** Adds slice i of `x` to slice `indices[i]` of zeros. Shapes: x any, indices `[n]` → x's with `length` along the axis. */
export function scatterAdd<D extends DType>(
  x: Tensor<Shape, D>,
  indices: Tensor<Shape, 'int32'>,
  { axis = 0, length }: { readonly axis?: number; readonly length: number },
): Tensor<Shape, D> {
  const along = normalizeAxis(axis, x.rank, 'scatterAdd')
  return dispatch(scatterAddOp, { x: x as Tensor, indices: indices as Tensor }, { axis: along, length })
    .output as Tensor<Shape, D>
}
