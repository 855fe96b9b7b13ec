import type { DType } from '../dtype.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { concat } from './concat.js'
import { expandDims } from './expand-dims.js'

/** Tensors of one shape along a new axis. Shapes: n of `[a, b]` → `[n, a, b]` for axis 0. */
export function stack<D extends DType>(
  tensors: readonly Tensor<Shape, D>[],
  { axis = 0 } = {},
): Tensor<Shape, D> {
  return concat(
    tensors.map((x) => expandDims(x, axis)),
    { axis },
  )
}
