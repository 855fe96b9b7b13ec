import type { DType } from '../dtype.js'
import type { ReductionOptions } from '../reduction.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { sum } from './sum.js'

/** The mean over `axes` (all of them unless told). Shapes: as for `sum`. */
export function mean<D extends DType>(x: Tensor<Shape, D>, options: ReductionOptions = {}): Tensor<Shape, D> {
  const total = sum(x, options)
  return mul(total, total.size / x.size)
}
