import type { Lowering } from '../../kernel.js'
import { lowerFewRows, mostRows } from './few-rows-product.js'
import type { Product } from './product.js'
import { lowerTiled } from './tiled-product.js'

/** Puts down a product in the way that suits its shape. */
export function lowerProduct(product: Product, lowering: Lowering): void {
  const { m, n, batches } = product
  if (batches * m * n === 0) return
  if (Math.min(m, n) <= mostRows) lowerFewRows(product, lowering)
  else lowerTiled(product, lowering)
}
