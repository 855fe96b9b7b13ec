import type { WorkArray } from './work-array.js'

/**
 * The k-th power of the n-th root of unity used by a forward transform, written to `target[at]` (real part)
 * and `target[at + 1]` (imaginary part):
 *
 *     w = exp(−2πi · k / n) = cos(2πk/n) − i sin(2πk/n),   0 ≤ k < n, integers.
 *
 * The angle is folded into the first octant while it is still a fraction of integers, which is exact. So sine
 * and cosine only see angles in [0, π/4], both parts are right to about one unit in the last place however large
 * n is, and 1, −i, −1 and i come out without rounding noise.
 */
export function writeUnitRoot(target: WorkArray, at: number, k: number, n: number): void {
  // Fold at the half turn: the sine changes sign.
  const lowerHalf = 2 * k > n
  let j = lowerHalf ? n - k : k
  // Fold at the quarter turn: the cosine changes sign.
  const leftHalf = 4 * j > n
  // From here the angle is 2π · j / (2n), so that half of an odd n stays an integer.
  j = leftHalf ? n - 2 * j : 2 * j
  // Fold at the eighth turn: sine and cosine change places. (4j > n means an angle above π/4.)
  const steep = 4 * j > n
  const angle = steep ? (Math.PI * (n - 2 * j)) / (2 * n) : (Math.PI * j) / n
  const near = Math.cos(angle)
  const far = Math.sin(angle)
  const cosine = steep ? far : near
  const sine = steep ? near : far
  target[at] = leftHalf ? -cosine : cosine
  target[at + 1] = lowerHalf ? sine : -sine
}
