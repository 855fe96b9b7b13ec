import { type DType, isComplex } from '../dtype.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, normalizeAxis, type Shape, stridesOf } from '../shape.js'
import { copyStrided } from '../strided-copy.js'
import type { Tensor } from '../tensor.js'

export const transposeOp = defineOp<{ x: Tensor }, { permutation: readonly number[] }>()({
  name: 'transpose',
  doc: { summary: 'The axes in another order.' },
  shape: ({ x }, { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b)
    if (sorted.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new ShapeError(
        `transpose: [${permutation.join(', ')}] does not name each axis of ${formatShape(x.shape)} once`,
      )
    }
    return { output: { shape: permutation.map((axis) => x.shape[axis]!), dtype: x.dtype } }
  },
  reference: ({ x }, { permutation }, { output }) => {
    const strides = stridesOf(x.shape)
    copyStrided(
      x.data,
      0,
      permutation.map((axis) => strides[axis]!),
      output.data,
      0,
      stridesOf(output.shape),
      output.shape,
      isComplex(x.dtype),
    )
  },
  vjp: ({ options: { permutation }, grads }) => ({
    x: () =>
      transpose(
        grads.output,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'matrix', inputs: { x: source.normal([2, 3]) }, options: { permutation: [1, 0] } },
    { name: 'three axes', inputs: { x: source.normal([2, 3, 4]) }, options: { permutation: [2, 0, 1] } },
    { name: 'complex', inputs: { x: source.complex([2, 3]) }, options: { permutation: [1, 0] } },
  ],
})

/**
 * The axes in another order: axis i of the result is axis `permutation[i]` of `x`. Left out, the last two axes
 * change places. Copies; `matmul` takes transposed factors as they are.
 */
export function transpose<D extends DType>(
  x: Tensor<Shape, D>,
  permutation?: readonly number[],
): Tensor<Shape, D> {
  if (permutation === undefined && x.rank < 2) {
    throw new ShapeError(`transpose: ${formatShape(x.shape)} has no two axes to exchange`)
  }
  const order = permutation?.map((axis) => normalizeAxis(axis, x.rank, 'transpose')) ?? exchangeLast(x.rank)
  return dispatch(transposeOp, { x: x as Tensor }, { permutation: order }).output as Tensor<Shape, D>
}

function exchangeLast(rank: number): number[] {
  const order = Array.from({ length: rank }, (_, axis) => axis)
  return [...order.slice(0, -2), rank - 1, rank - 2]
}
