import type { DType } from '../dtype.js'
import { isComplex } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type ReductionOptions, reducedShape, reductionMap } from '../reduction.js'
import type { Shape } from '../shape.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { broadcastTo } from './broadcast-to.js'
import { reshape } from './reshape.js'

export const sumOp = defineOp<{ x: Tensor }, ReductionOptions>()({
  name: 'sum',
  doc: { summary: 'The sum over some axes, or over all.' },
  shape: ({ x }, options) => {
    checkDType('sum', 'x', x.dtype, ['float32', 'float64', 'int32', 'complex64', 'complex128'])
    return { output: { shape: reducedShape('sum', x.shape, options), dtype: x.dtype } }
  },
  reference: ({ x }, options, { output }) => {
    const target = reductionMap(x.shape, options)
    const parts = isComplex(x.dtype) ? 2 : 1
    // Sums are kept in float64 and rounded once.
    const sums = new Float64Array(output.data.length)
    for (let i = 0; i < target.length; i++) {
      for (let part = 0; part < parts; part++) {
        const at = parts * target[i]! + part
        sums[at] = sums[at]! + x.data[parts * i + part]!
      }
    }
    output.data.set(sums)
  },
  vjp: ({ inputs: { x }, options, grads }) => ({
    x: () =>
      broadcastTo(
        reshape(grads.output, reducedShape('sum', x.shape, { ...options, keepDims: true })),
        x.shape,
      ),
  }),
  cost: ({ x }) => ({ flops: (isComplex(x.dtype) ? 2 : 1) * sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'all', inputs: { x: source.normal([2, 3]) }, options: {} },
    { name: 'one axis', inputs: { x: source.normal([2, 3, 4]) }, options: { axes: [1] } },
    { name: 'kept', inputs: { x: source.normal([2, 3, 4]) }, options: { axes: [0, 2], keepDims: true } },
    { name: 'complex', inputs: { x: source.complex([2, 3]) }, options: { axes: [-1] } },
  ],
})

/**
 * The sum over `axes` (all of them unless told). Shapes: any → without those axes, or with 1 in their place
 * when `keepDims`.
 */
export function sum<D extends DType>(x: Tensor<Shape, D>, options: ReductionOptions = {}): Tensor<Shape, D> {
  return dispatch(sumOp, { x: x as Tensor }, options).output as Tensor<Shape, D>
}
