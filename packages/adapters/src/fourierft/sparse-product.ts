import {
  add,
  arange,
  cast,
  concat,
  expandDims,
  gather,
  lazyTensor,
  matmul,
  mul,
  neg,
  reshape,
  type Shape,
  sub,
  type Tensor,
} from '@gyre/tensor'
import type { Site } from '../method.js'
import type { Frequencies } from './frequencies.js'

/**
 * ΔW x without ΔW. With cos(a + b) = cos a cos b - sin a sin b each frequency is two products of waves,
 * ΔW = C_outᵀ diag(s) C_in - S_outᵀ diag(s) S_in, where the rows of C and S are the cosines and sines of the
 * frequencies. Shapes: x `[…, in]`, spectrum `[n]` → `[…, out]`.
 */
export function sparseProduct(
  x: Tensor,
  spectrum: Tensor,
  { u, v }: Frequencies,
  { outFeatures, inFeatures }: Site,
  scaling: number,
): Tensor {
  const scaled = mul(spectrum, scaling / (outFeatures * inFeatures))
  const along = matmul(x, waves(v, inFeatures), { transposeB: true })
  return matmul(mul(along, concat([scaled, neg(scaled)])), waves(u, outFeatures))
}

/** FLOPs of `sparseProduct` for n frequencies and `tokens` rows. */
export function sparseProductFlops(n: number, { outFeatures, inFeatures }: Site, tokens: number): number {
  const sides = outFeatures + inFeatures
  // The phases: 5 for each entry of a table of n waves, and the division of its positions.
  const waveTables = 5 * n * sides + sides
  return waveTables + 2 * n + tokens * (4 * n * sides + 2 * n)
}

/** The cosines and then the sines of 2π f j / length at j = 0 … length - 1. Shapes: `[n]` → `[2n, length]`. */
function waves(frequencies: Tensor<Shape, 'int32'>, length: number): Tensor {
  const n = frequencies.shape[0]!
  const column = expandDims(frequencies, 1)
  const positions = arange(length)
  // f j modulo the length, in whole numbers, since a float32 would lose the phase of high frequencies. The number
  // of whole turns is one off where it is rounded, so the table has a period before and one after.
  const turns = cast(
    mul(cast(column, 'float32'), mul(arange(length, { dtype: 'float32' }), 1 / length)),
    'int32',
  )
  const phase = sub(mul(column, positions), mul(turns, length))
  const entry = reshape(add(phase, length), [n * length])
  return concat(
    [Math.cos, Math.sin].map((wave) => reshape(gather(threePeriods(wave, length), entry), [n, length])),
  )
}

/** wave(2π k / length) at k = -length … 2 length - 1. */
function threePeriods(wave: (angle: number) => number, length: number): Tensor<Shape, 'float32'> {
  return lazyTensor({ shape: [3 * length], dtype: 'float32' }, () =>
    Float32Array.from({ length: 3 * length }, (_, i) => wave((2 * Math.PI * (i % length)) / length)),
  ) as Tensor<Shape, 'float32'>
}
