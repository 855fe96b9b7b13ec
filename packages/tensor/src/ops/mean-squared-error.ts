import { ShapeError } from '../errors.js'
import { formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mean } from './mean.js'
import { mul } from './mul.js'
import { sub } from './sub.js'

/** The mean of (x - target)². Shapes: two that are equal → `[]`. */
export function meanSquaredError(x: Tensor, target: Tensor): Tensor {
  if (!sameShape(x.shape, target.shape)) {
    throw new ShapeError(
      `meanSquaredError: x has shape ${formatShape(x.shape)} and target ${formatShape(target.shape)}; they must be equal`,
    )
  }
  const difference = sub(x, target)
  return mean(mul(difference, difference))
}
