import { type DType, isComplex } from '../dtype.js'
import { DTypeError, ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, normalizeAxis, type Shape, stridesOf } from '../shape.js'
import { copyStrided } from '../strided-copy.js'
import type { Tensor } from '../tensor.js'
import { slice } from './slice.js'

export const concatOp = defineOp<{ tensors: readonly Tensor[] }, { axis: number }>()({
  name: 'concat',
  doc: { summary: 'Tensors one after the other along an axis.' },
  shape: ({ tensors }, { axis }) => {
    const first = tensors[0]
    if (!first) throw new ShapeError('concat: there are no tensors')
    for (const { shape, dtype } of tensors) {
      if (dtype !== first.dtype)
        throw new DTypeError(`concat: dtypes ${first.dtype} and ${dtype}; cast one of them`)
      if (
        shape.length !== first.shape.length ||
        shape.some((dim, i) => i !== axis && dim !== first.shape[i])
      ) {
        throw new ShapeError(
          `concat: ${formatShape(first.shape)} and ${formatShape(shape)} differ elsewhere than along axis ${axis}`,
        )
      }
    }
    const shape = first.shape.map((dim, i) =>
      i === axis ? tensors.reduce((sum, t) => sum + t.shape[i]!, 0) : dim,
    )
    return { output: { shape, dtype: first.dtype } }
  },
  reference: ({ tensors }, { axis }, { output }) => {
    const strides = stridesOf(output.shape)
    let start = 0
    for (const { data, shape, dtype } of tensors) {
      copyStrided(data, 0, stridesOf(shape), output.data, start, strides, shape, isComplex(dtype))
      start += shape[axis]! * strides[axis]!
    }
  },
  vjp: ({ inputs: { tensors }, options: { axis }, grads }) => ({
    tensors: () => {
      let first = 0
      return tensors.map(({ shape }) => {
        const begin = shape.map((_, i) => (i === axis ? first : 0))
        first += shape[axis]!
        return slice(grads.output, begin, shape) as Tensor
      })
    },
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { tensors: [source.normal([2, 3]), source.normal([1, 3])] },
      options: { axis: 0 },
    },
    {
      name: 'complex columns',
      inputs: { tensors: [source.complex([2, 1]), source.complex([2, 2]), source.complex([2, 1])] },
      options: { axis: 1 },
    },
  ],
})

/** Tensors one after the other along `axis`. Shapes: equal but along that axis → their sum there. */
export function concat<D extends DType>(
  tensors: readonly Tensor<Shape, D>[],
  { axis = 0 } = {},
): Tensor<Shape, D> {
  const along = normalizeAxis(axis, tensors[0]?.rank ?? 1, 'concat')
  return dispatch(concatOp, { tensors: tensors as readonly Tensor[] }, { axis: along }).output as Tensor<
    Shape,
    D
  >
}
