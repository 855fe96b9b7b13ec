import { writeUnitRoot } from './unit-root.js'

/** `u[j] = exp(−πi · j² / n)` for 0 ≤ j < n, interleaved: what Bluestein's transform convolves with. */
export function chirp(n: number): Float64Array {
  const values = new Float64Array(2 * n)
  // The power has period 2n in j²; adding 2j + 1 keeps the square exact for any n.
  for (let j = 0, square = 0; j < n; j++) {
    writeUnitRoot(values, 2 * j, square, 2 * n)
    square = (square + 2 * j + 1) % (2 * n)
  }
  return values
}
