import type { DType } from '../dtype.js'
import { normalizeAxis, type Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { reshape } from './reshape.js'

/** A new axis of size 1 at `axis` of the result. Shapes: `[a, b]` → `[a, 1, b]` for axis 1. */
export function expandDims<D extends DType>(x: Tensor<Shape, D>, axis: number): Tensor<Shape, D> {
  const at = normalizeAxis(axis, x.rank + 1, 'expandDims')
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]) as Tensor<Shape, D>
}
