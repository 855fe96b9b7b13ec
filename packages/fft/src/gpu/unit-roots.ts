import { writeUnitRoot } from '../unit-root.js'

/** exp(−2πi · k / n) for 0 ≤ k < n, interleaved, in float32: the table that kernels read. */
export function unitRoots(n: number): Float32Array {
  const roots = new Float64Array(2 * n)
  for (let k = 0; k < n; k++) writeUnitRoot(roots, 2 * k, k, n)
  return Float32Array.from(roots)
}
