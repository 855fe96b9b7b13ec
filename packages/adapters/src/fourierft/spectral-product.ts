import { complex, gather, imag, irfft, mul, real, rfft, scatterAdd, type Tensor } from '@gyre/tensor'
import type { Site } from '../method.js'
import { type Frequencies, lookUp } from './frequencies.js'

/**
 * ΔW x without ΔW, by Fourier transforms of the rows of x: with X = fft(x), which gives the waves along the inputs
 * all at once, ΔW x is scaling / in · Re ifft(Y), where Y[u] adds up spectrum[t] · conj(X[v_t]) over the frequencies
 * with u_t = u. x and the result are real, so half of X and of Y is enough: X[in - v] = conj(X[v]), and Y[out - u]
 * may be its conjugate at u. Shapes: x `[…, in]`, spectrum `[n]` → `[…, out]`.
 */
export function spectralProduct(
  x: Tensor,
  spectrum: Tensor,
  { u, v }: Frequencies,
  { outFeatures, inFeatures }: Site,
  scaling: number,
): Tensor {
  const column = lookUp(v, inFeatures, 'int32', (v) => Math.min(v, inFeatures - v))
  const row = lookUp(u, outFeatures, 'int32', (u) => Math.min(u, outFeatures - u))
  // The rows between the first and Nyquist's count twice: once for their mirror images.
  const scale = scaling / inFeatures
  const weight = mul(
    spectrum,
    lookUp(u, outFeatures, 'float32', (u) => ((2 * u) % outFeatures === 0 ? scale : scale / 2)),
  )
  // The conjugate of X[v], or of that again where a mirror image stands for u or for v.
  const conjugation = mul(
    lookUp(v, inFeatures, 'float32', (v) => (2 * v <= inFeatures ? -1 : 1)),
    lookUp(u, outFeatures, 'float32', (u) => (2 * u <= outFeatures ? 1 : -1)),
  )
  const X = gather(rfft(x) as Tensor, column, { axis: -1 })
  const parts = complex(mul(real(X), weight), mul(imag(X), mul(weight, conjugation))) as Tensor
  const Y = scatterAdd(parts, row, { axis: -1, length: Math.floor(outFeatures / 2) + 1 })
  return irfft(Y, { n: outFeatures })
}

/** FLOPs of `spectralProduct` for n frequencies and `tokens` rows. */
export function spectralProductFlops(n: number, { outFeatures, inFeatures }: Site, tokens: number): number {
  const transforms = 2.5 * (inFeatures * Math.log2(inFeatures) + outFeatures * Math.log2(outFeatures))
  return 3 * n + tokens * (transforms + 3 * n)
}
