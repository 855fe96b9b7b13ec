import {
  allocateData,
  gather,
  type Initializer,
  lazyTensor,
  reshape,
  type Shape,
  slice,
  type Tensor,
} from '@gyre/tensor'
import type { Site } from '../method.js'
import { randomPermutationStart } from '../pytorch-random.js'

/** Frequencies (u, v) of a matrix `[out, in]`: u along its columns, 0 … out - 1, and v along its rows, 0 … in - 1. */
export interface Frequencies {
  /** Shape `[n]`. */
  readonly u: Tensor<Shape, 'int32'>
  /** Shape `[n]`. */
  readonly v: Tensor<Shape, 'int32'>
}

/** The two rows of `indices` `[2, n]`. */
export function frequenciesOf(indices: Tensor): Frequencies {
  const n = indices.shape[1]!
  const row = (at: number) =>
    reshape(slice(indices, [at, 0], [1, n]), [n]) as unknown as Tensor<Shape, 'int32'>
  return { u: row(0), v: row(1) }
}

/** Draws n of the out · in frequencies without repetition, as PEFT does: n first of a random order. */
export function randomFrequencies(seed: number, { inFeatures, outFeatures }: Site): Initializer {
  return ({ shape }) => {
    const n = shape[1]!
    const drawn = randomPermutationStart(seed, outFeatures * inFeatures, n)
    const indices = new Int32Array(2 * n)
    indices.set(drawn.map((entry) => Math.floor(entry / inFeatures)))
    indices.set(
      drawn.map((entry) => entry % inFeatures),
      n,
    )
    return indices
  }
}

/** f of each entry, which must be in 0 … length - 1. Shapes: `[n]` → `[n]`. */
export function lookUp<D extends 'int32' | 'float32'>(
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
