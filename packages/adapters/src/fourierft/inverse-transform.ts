import {
  add,
  complex,
  equal,
  ifft,
  irfft,
  matmul,
  mul,
  reshape,
  scatterAdd,
  type Tensor,
  transpose,
  where,
  zeros,
} from '@gyre/tensor'
import type { Site } from '../method.js'
import { type Frequencies, lookUp } from './frequencies.js'

/**
 * ΔW as the real part of a two-dimensional inverse Fourier transform: `scaling` · Re ifft2(S), where S `[out, in]` is
 * `spectrum` at the frequencies and zero elsewhere. Shapes: spectrum `[n]` → `[out, in]`.
 *
 * cos is even, so a frequency (u, v) can stand at (-u, -v): half of the columns of S are enough, and its rows are
 * transformed as real ones.
 */
export function inverseTransform(
  spectrum: Tensor,
  { u, v }: Frequencies,
  { outFeatures, inFeatures }: Site,
  scaling: number,
): Tensor {
  const columns = Math.floor(inFeatures / 2) + 1
  const column = lookUp(v, inFeatures, 'int32', (v) => Math.min(v, inFeatures - v))
  const mirroredRow = lookUp(u, outFeatures, 'int32', (u) => (outFeatures - u) % outFeatures)
  const row = where(equal(column, v), u, mirroredRow)
  // The columns between the first and Nyquist's count twice: once for their mirror images.
  const weight = lookUp(v, inFeatures, 'float32', (v) => ((2 * v) % inFeatures === 0 ? scaling : scaling / 2))
  // By columns, since a transform is along the last axis.
  const placed = scatterAdd(mul(spectrum, weight), add(mul(column, outFeatures), row), {
    length: columns * outFeatures,
  })
  const half = reshape(placed, [columns, outFeatures])
  return irfft(transpose(ifft(complex(half, zeros(half.shape)))), { n: inFeatures })
}

/** ΔW x with ΔW as `inverseTransform` makes it. Shapes: x `[…, in]`, spectrum `[n]` → `[…, out]`. */
export function transformProduct(
  x: Tensor,
  spectrum: Tensor,
  frequencies: Frequencies,
  site: Site,
  scaling: number,
): Tensor {
  return matmul(x, inverseTransform(spectrum, frequencies, site, scaling), { transposeB: true })
}

/** FLOPs of `transformProduct` for n frequencies and `tokens` rows. */
export function transformProductFlops(n: number, { outFeatures, inFeatures }: Site, tokens: number): number {
  const columns = Math.floor(inFeatures / 2) + 1
  const transforms =
    columns * 5 * outFeatures * Math.log2(outFeatures) +
    outFeatures * 2.5 * inFeatures * Math.log2(inFeatures)
  // For each frequency: its row (1), its place (2), its weight (1), and adding it to S (1).
  return transforms + 5 * n + tokens * 2 * outFeatures * inFeatures
}
