import { zeros } from '../create.js'
import type { DType } from '../dtype.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'

/** Zeros with the shape and dtype of `x`; nothing is allocated until they are read. */
export function zerosLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return zeros(x.shape as Shape, { dtype: x.dtype }) as unknown as Tensor<S, D>
}
