import { checkBlockSize } from '../block-circulant-algebra.js'

/**
 * How much of a weight's gradient G a block-circulant adapter can follow: `‖proj_p(G)‖²`, the squared Frobenius norm
 * of the block-circulant matrix nearest to G. The projection writes the mean of each wrapped diagonal p times; the
 * gradient of the adapter's parameter at zero, gc, is that diagonal's sum. So the energy is `‖gc‖² / p`, from G = dy xᵀ
 * or, with no dense gradient at all, from the gradient of a kernel that is zero.
 *
 * `gradient` is a matrix `[out, in]` by rows. Transposing it turns wrapped diagonals into wrapped diagonals: a weight
 * that is kept as `[in, out]` has the same energies, with its sides exchanged.
 */
export function gradientEnergy(
  gradient: Float32Array | Float64Array,
  [rows, columns]: readonly [rows: number, columns: number],
  blockSize: number,
): number {
  checkBlockSize(blockSize, rows, columns, 'gradientEnergy')
  if (gradient.length !== rows * columns) {
    throw new RangeError(`gradientEnergy: ${gradient.length} numbers for a matrix [${rows}, ${columns}]`)
  }
  const p = blockSize
  /** The wrapped diagonals of one row of blocks, block after block. */
  const sums = new Float64Array(columns)
  let squares = 0
  for (let row = 0; row < rows; row++) {
    const r = row % p
    for (let block = 0; block < columns; block += p) {
      const at = row * columns + block
      // Entry (r, s) of a block lies on its diagonal (r - s) mod p.
      for (let s = 0; s <= r; s++) sums[block + r - s]! += gradient[at + s]!
      for (let s = r + 1; s < p; s++) sums[block + r - s + p]! += gradient[at + s]!
    }
    if (r < p - 1) continue
    for (const sum of sums) squares += sum * sum
    sums.fill(0)
  }
  return squares / p
}
