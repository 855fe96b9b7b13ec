import type { WorkArray } from '../work-array.js'

/**
 * The stages of a Stockham transform, one function per radix r. A stage finds `stride` interleaved transforms of
 * length r · blocks, and leaves r times as many of length `blocks`:
 *
 *     target[q + stride · (r·p + k)] = w^(p·k) · Σ_j exp(−2πi · jk / r) · source[q + stride · (p + blocks·j)]
 *
 * for p < blocks, q < stride, k < r, with w = exp(−2πi / (r · blocks)). Because a stage writes its results where
 * the next one wants them, the last stage leaves them in order and no bit reversal is needed.
 *
 * `twiddles` holds w^p, w^2p, …, w^((r−1)p) for p = 0, 1, …: interleaved, in the order in which they are used.
 * All arrays are interleaved complex numbers; positions below count numbers, hence the factors of two.
 *
 * @source P. N. Swarztrauber, "FFT algorithms for vector computers", Parallel Computing 1 (1984), 45–63.
 */
export type Butterfly = (
  source: WorkArray,
  target: WorkArray,
  blocks: number,
  stride: number,
  twiddles: WorkArray,
) => void
