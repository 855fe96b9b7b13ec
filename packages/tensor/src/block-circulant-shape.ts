import { ShapeError } from './errors.js'
import { binCount } from './half-spectrum.js'
import { formatShape, sizeOf } from './shape.js'
import type { TensorSpec } from './tensor.js'

/**
 * The sizes of a block-circulant product: `rows` rows of x, each of k blocks of p numbers, become q blocks of p;
 * a block's spectrum has `bins` frequencies. Throws a `ShapeError` where x and c do not fit.
 */
export function blockCirculantShape(name: string, x: TensorSpec, c: TensorSpec) {
  if (c.shape.length !== 3) {
    throw new ShapeError(`${name}: c has shape ${formatShape(c.shape)}; expected [out/p, in/p, p]`)
  }
  const [q, k, p] = c.shape as unknown as [number, number, number]
  if (p === 0) {
    throw new ShapeError(`${name}: c ${formatShape(c.shape)} has blocks of 0; expected at least 1`)
  }
  const features = x.shape.at(-1)
  if (features === undefined) throw new ShapeError(`${name}: x is a scalar; expected [..., in]`)
  if (features !== k * p) {
    throw new ShapeError(`${name}: x has ${features} features, c ${formatShape(c.shape)} takes ${k * p}`)
  }
  return { rows: sizeOf(x.shape.slice(0, -1)), q, k, p, bins: binCount(p) }
}
