import type { DType } from '../dtype.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

export const reshapeOp = defineOp<{ x: Tensor }, { shape: Shape }>()({
  name: 'reshape',
  doc: { summary: 'The same numbers in another shape; free, since tensors are row-major and contiguous.' },
  shape: ({ x }, { shape }) => ({ output: { shape: inferDim(x.shape, shape), dtype: x.dtype } }),
  reference: ({ x }, _options, { output }) => output.data.set(x.data),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => reshape(grads.output, x.shape) }),
  cost: () => ({ flops: 0, bytes: 0 }),
  view: 'x',
  samples: (source) => [
    { name: 'matrix', inputs: { x: source.normal([2, 6]) }, options: { shape: [3, 4] } },
    { name: 'inferred', inputs: { x: source.normal([2, 6]) }, options: { shape: [2, -1, 3] } },
  ],
})

/**
 * The same numbers in another shape. Shapes: any → `shape`, with as many elements; one dim may be -1 and is
 * then inferred.
 */
export function reshape<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): Tensor<Inferred<S>, D> {
  return dispatch(reshapeOp, { x: x as Tensor }, { shape }).output as unknown as Tensor<Inferred<S>, D>
}

/** A shape with -1, which stands for a dim that types do not compute, replaced by `number`. */
type Inferred<S extends Shape> = { readonly [Axis in keyof S]: S[Axis] extends -1 ? number : S[Axis] }

function inferDim(from: Shape, to: Shape): number[] {
  const unknown = to.filter((dim) => dim === -1).length
  const known = to.reduce((size, dim) => (dim === -1 ? size : size * dim), 1)
  const missing = unknown === 1 && known > 0 ? sizeOf(from) / known : 1
  const shape = to.map((dim) => (dim === -1 ? missing : dim))
  if (
    unknown > 1 ||
    !shape.every((dim) => Number.isInteger(dim) && dim >= 0) ||
    sizeOf(shape) !== sizeOf(from)
  ) {
    throw new ShapeError(
      `reshape: ${formatShape(from)} has ${sizeOf(from)} elements and cannot take the shape ${formatShape(to)}`,
    )
  }
  return shape
}
