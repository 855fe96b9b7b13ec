import type { DType } from '../dtype.js'
import { isComplex } from '../dtype.js'
import { forEachBroadcast } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { broadcastShapes, formatShape, type Shape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { sumTo } from './sum-to.js'

export const broadcastToOp = defineOp<{ x: Tensor }, { shape: Shape }>()({
  name: 'broadcastTo',
  doc: { summary: 'Repeats a tensor along axes of size 1 and along new leading axes.' },
  shape: ({ x }, { shape }) => {
    if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`)
    }
    return { output: { shape, dtype: x.dtype } }
  },
  reference: ({ x }, _options, { output }) => {
    const parts = isComplex(x.dtype) ? 2 : 1
    forEachBroadcast(output, x, output, (_ia, ix, io) => {
      for (let part = 0; part < parts; part++) output.data[parts * io + part] = x.data[parts * ix + part]!
    })
  },
  vjp: ({ inputs: { x }, grads }) => ({ x: () => sumTo(grads.output, x.shape) }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'rows', inputs: { x: source.normal([3]) }, options: { shape: [2, 3] } },
    { name: 'columns', inputs: { x: source.normal([2, 1]) }, options: { shape: [4, 2, 3] } },
    { name: 'complex', inputs: { x: source.complex([2, 1]) }, options: { shape: [2, 3] } },
  ],
})

/** Repeats `x` to `shape`. Shapes: one that broadcasts to `shape` → `shape`. */
export function broadcastTo<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): Tensor<S, D> {
  if (sameShape(x.shape, shape)) return x as Tensor<S, D>
  return dispatch(broadcastToOp, { x: x as Tensor }, { shape }).output as Tensor<S, D>
}
