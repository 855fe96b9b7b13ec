import {
  add,
  allocateData,
  complex,
  equal,
  gather,
  ifft,
  irfft,
  lazyTensor,
  mul,
  reshape,
  type Shape,
  scatterAdd,
  type Tensor,
  transpose,
  where,
  zeros,
} from '@gyre/tensor'
import type { Site } from '../method.js'
import type { Frequencies } from './frequencies.js'

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

/** FLOPs of `inverseTransform` for n frequencies. */
export function inverseTransformFlops(n: number, { outFeatures, inFeatures }: Site): number {
  const columns = Math.floor(inFeatures / 2) + 1
  const transforms =
    columns * 5 * outFeatures * Math.log2(outFeatures) +
    outFeatures * 2.5 * inFeatures * Math.log2(inFeatures)
  // For each frequency: its row (1), its place (2), its weight (1), and adding it to S (1).
  return transforms + 5 * n
}

/** f of each entry, which must be in 0 … length - 1. Shapes: `[n]` → `[n]`. */
function lookUp<D extends 'int32' | 'float32'>(
  entries: Tensor<Shape, 'int32'>,
  length: number,
  dtype: D,
  f: (entry: number) => number,
): Tensor<Shape, D> {
  const table = lazyTensor({ shape: [length], dtype }, () => {
    const data = allocateData(dtype, length)
    for (let i = 0; i < length; i++) data[i] = f(i)
    return data
  })
  return gather(table, entries)
}
