import { checkBlockSize } from '../block-circulant-algebra.js'

/**
 * The gradient of a block-circulant adapter's parameter while it is zero, from the weight's gradient G: the sum of each
 * wrapped diagonal of each block, block after block. So many numbers as the parameter `[rows/p, columns/p, p]` has.
 */
export function kernelGradient(
  gradient: Float32Array | Float64Array,
  [rows, columns]: readonly [rows: number, columns: number],
  blockSize: number,
): Float64Array {
  checkBlockSize(blockSize, rows, columns, 'kernelGradient')
  if (gradient.length !== rows * columns) {
    throw new RangeError(`kernelGradient: ${gradient.length} numbers for a matrix [${rows}, ${columns}]`)
  }
  const p = blockSize
  const sums = new Float64Array((rows * columns) / p)
  for (let row = 0; row < rows; row++) {
    const r = row % p
    const sumsOfRow = ((row - r) / p) * columns
    for (let block = 0; block < columns; block += p) {
      const at = row * columns + block
      // Entry (r, s) of a block lies on its diagonal (r - s) mod p.
      const diagonal = sumsOfRow + block + r
      for (let s = 0; s <= r; s++) sums[diagonal - s]! += gradient[at + s]!
      for (let s = r + 1; s < p; s++) sums[diagonal - s + p]! += gradient[at + s]!
    }
  }
  return sums
}

/**
 * How much of a weight's gradient G a block-circulant adapter can follow: `‖proj_p(G)‖²`, the squared Frobenius norm
 * of the block-circulant matrix nearest to G. The projection writes the mean of each wrapped diagonal p times; the
 * kernel's gradient gc is that diagonal's sum. So the energy is `‖gc‖² / p`, from G or, with no dense gradient at all,
 * from the gradient of a kernel that is zero.
 *
 * `gradient` is a matrix by rows. Transposing it turns wrapped diagonals into wrapped diagonals: a weight that is kept
 * as `[in, out]` has the same energies, with its sides exchanged.
 */
export function gradientEnergy(
  gradient: Float32Array | Float64Array,
  sides: readonly [rows: number, columns: number],
  blockSize: number,
): number {
  let squares = 0
  for (const sum of kernelGradient(gradient, sides, blockSize)) squares += sum * sum
  return squares / blockSize
}
