import type { DType } from '../dtype.js'
import { type Shape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'

/** The opposite of broadcasting: sums `x` over the axes along which `shape` was repeated. */
export function sumTo<S extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: S): Tensor<S, D> {
  if (sameShape(x.shape, shape)) return x as Tensor<S, D>
  const added = x.shape.length - shape.length
  const axes = x.shape.flatMap((dim, axis) =>
    axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : [],
  )
  return reshape(axes.length === 0 ? x : sum(x, { axes }), shape as Shape) as unknown as Tensor<S, D>
}
