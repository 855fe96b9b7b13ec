import { arange } from '../create.js'
import { bytesOf, type DType, isComplex } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { checkIndices } from '../indices.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { gather } from './gather.js'
import { zerosLike } from './zeros-like.js'

type Inputs = { x: Tensor; update: Tensor; start: Tensor }

export const dynamicUpdateSliceOp = defineOp<Inputs, { axis: number }>()({
  name: 'dynamicUpdateSlice',
  doc: {
    summary: 'A tensor with other numbers in one stretch of an axis, from a position that is a tensor.',
  },
  shape: ({ x, update, start }, { axis }) => {
    checkDType('dynamicUpdateSlice', 'update', update.dtype, [x.dtype])
    checkDType('dynamicUpdateSlice', 'start', start.dtype, ['int32'])
    if (start.shape.length !== 0) {
      throw new ShapeError(
        `dynamicUpdateSlice: start has shape ${formatShape(start.shape)}; expected a scalar`,
      )
    }
    const fits =
      update.shape.length === x.shape.length &&
      x.shape.every((dim, i) => (i === axis ? update.shape[i]! <= dim : update.shape[i] === dim))
    if (!fits) {
      throw new ShapeError(
        `dynamicUpdateSlice: update ${formatShape(update.shape)} does not fit into ${formatShape(x.shape)} along axis ${axis}`,
      )
    }
    return { output: x }
  },
  reference: ({ x, update, start }, { axis }, { output }) => {
    const [length, count] = [x.shape[axis]!, update.shape[axis]!]
    checkIndices('dynamicUpdateSlice', start.data, length - count + 1)
    const outer = sizeOf(x.shape.slice(0, axis))
    const inner = sizeOf(x.shape.slice(axis + 1)) * (isComplex(x.dtype) ? 2 : 1)
    output.data.set(x.data)
    for (let o = 0; o < outer; o++) {
      const slices = update.data.subarray(o * count * inner, (o + 1) * count * inner)
      output.data.set(slices, (o * length + start.data[0]!) * inner)
    }
  },
  vjp: ({ inputs: { update, start }, options: { axis }, grads: { output: grad } }) => ({
    x: () => dynamicUpdateSlice(grad, zerosLike(update), start, { axis }),
    update: () =>
      gather(grad, add(arange(update.shape[axis]!), start) as Tensor<Shape, 'int32'>, { axis }) as Tensor,
    start: notDifferentiable('a position is a whole number'),
  }),
  donates: { output: 'x' },
  // The slice alone, as where x may be overwritten.
  cost: ({ update }) => ({
    flops: 0,
    bytes: 2 * bytesOf(update.dtype) * sizeOf(update.shape) + bytesOf('int32'),
  }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { x: source.normal([5, 3]), update: source.normal([2, 3]), start: source.integers([], 4) },
      options: { axis: 0 },
    },
    {
      name: 'complex columns',
      inputs: { x: source.complex([2, 4]), update: source.complex([2, 1]), start: source.integers([], 4) },
      options: { axis: 1 },
    },
  ],
})

/**
 * `x` with `update` in place of as many slices along `axis`, from slice `start` on. The position is a tensor, so a
 * compiled program that writes behind what it wrote before is the same one each time. Shapes: x any, update x's but
 * shorter along the axis, start an int32 scalar → as x.
 */
export function dynamicUpdateSlice<D extends DType>(
  x: Tensor<Shape, D>,
  update: Tensor<Shape, D>,
  start: Tensor,
  { axis = 0 } = {},
): Tensor<Shape, D> {
  const along = normalizeAxis(axis, x.rank, 'dynamicUpdateSlice')
  return dispatch(dynamicUpdateSliceOp, { x: x as Tensor, update: update as Tensor, start }, { axis: along })
    .output as Tensor<Shape, D>
}
