import { type DType, isComplex } from '../dtype.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, stridesOf } from '../shape.js'
import { copyStrided } from '../strided-copy.js'
import type { Tensor } from '../tensor.js'
import { pad } from './pad.js'

export const sliceOp = defineOp<{ x: Tensor }, { begin: readonly number[]; size: readonly number[] }>()({
  name: 'slice',
  doc: { summary: 'A box of a tensor: so many elements along each axis, from a first one.' },
  shape: ({ x }, { begin, size }) => {
    const fits =
      begin.length === x.shape.length &&
      size.length === x.shape.length &&
      [...begin, ...size].every(Number.isInteger) &&
      x.shape.every((dim, axis) => begin[axis]! >= 0 && size[axis]! >= 0 && begin[axis]! + size[axis]! <= dim)
    if (!fits) {
      throw new ShapeError(
        `slice: from ${formatShape(begin)} the size ${formatShape(size)} does not fit into ${formatShape(x.shape)}`,
      )
    }
    return { output: { shape: size, dtype: x.dtype } }
  },
  reference: ({ x }, { begin, size }, { output }) => {
    const strides = stridesOf(x.shape)
    const start = begin.reduce((offset, first, axis) => offset + first * strides[axis]!, 0)
    copyStrided(x.data, start, strides, output.data, 0, stridesOf(size), size, isComplex(x.dtype))
  },
  vjp: ({ inputs: { x }, options: { begin, size }, grads }) => ({
    x: () =>
      pad(
        grads.output,
        begin,
        x.shape.map((dim, axis) => dim - begin[axis]! - size[axis]!),
      ),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'matrix', inputs: { x: source.normal([4, 5]) }, options: { begin: [1, 0], size: [2, 3] } },
    { name: 'complex', inputs: { x: source.complex([3, 2]) }, options: { begin: [1, 1], size: [2, 1] } },
  ],
})

/** `size[i]` elements along axis i, from `begin[i]` on. Shapes: any → `size`. */
export function slice<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  begin: readonly number[],
  size: S,
): Tensor<S, D> {
  return dispatch(sliceOp, { x: x as Tensor }, { begin, size }).output as unknown as Tensor<S, D>
}
