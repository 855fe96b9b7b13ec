/** How a block-circulant matrix is cut: q rows and k columns of p × p blocks. */
export interface BlockCounts {
  readonly q: number
  readonly k: number
  readonly p: number
}

/** FLOPs of `blockCirculant` for so many rows of x, by the conventions of docs/cost-model.md. */
export function blockCirculantFlops({ q, k, p }: BlockCounts, rows: number): number {
  const transform = 2.5 * p * Math.log2(p)
  // At each frequency a complex multiplication (6) and addition (2) for each pair of blocks.
  const products = 8 * q * k * (Math.floor(p / 2) + 1)
  // The kernels are transformed once; for each row the blocks of x, and those of the output back.
  return q * k * transform + rows * ((k + q) * transform + products)
}
