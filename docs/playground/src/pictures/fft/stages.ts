import type { Complex } from '../complex.js'

/**
 * The radix-2 transform, decimation in time, as the places of its numbers: n rows, and a column for each stage. Column
 * 0 holds the samples in bit-reversed order. In column s, each group of 2^s rows is the transform of one decimated
 * sequence x[d], x[d + n/2^s], x[d + 2n/2^s], …; a stage makes one such transform of two of half the length.
 */

/** Two numbers of a column, and the two that they make in the next one: X[k] = a + w·b and X[k + L/2] = a − w·b. */
export interface Butterfly {
  /** The column that it makes, from 1 on. */
  readonly stage: number
  /** L: the length of the transforms in that column. */
  readonly length: number
  /** The frequency of the upper result; w = exp(−2πi k / L). */
  readonly k: number
  /** The rows of a, above, and of b; the results stand in the same rows. */
  readonly top: number
  readonly bottom: number
}

export function stageCount(n: number): number {
  return Math.log2(n)
}

/** The butterflies of each stage, stage 1 first. */
export function butterflies(n: number): readonly (readonly Butterfly[])[] {
  return Array.from({ length: stageCount(n) }, (_, index) => {
    const stage = index + 1
    const length = 2 ** stage
    const made: Butterfly[] = []
    for (let group = 0; group < n; group += length)
      for (let k = 0; k < length / 2; k++)
        made.push({ stage, length, k, top: group + k, bottom: group + k + length / 2 })
    return made
  })
}

/** `value` with the lowest `bits` of its bits in reverse. */
export function reversedBits(value: number, bits: number): number {
  let reversed = 0
  for (let bit = 0; bit < bits; bit++) reversed = 2 * reversed + (Math.floor(value / 2 ** bit) % 2)
  return reversed
}

/** Which sample stands where in the decimated sequences of a column, one sequence after the other. */
export function decimatedOrder(n: number, stage: number): readonly number[] {
  const length = 2 ** stage
  const sequences = n / length
  return Array.from({ length: n }, (_, row) => {
    const group = Math.floor(row / length)
    return reversedBits(group, stageCount(sequences)) + (row % length) * sequences
  })
}

/** exp(−2πi k / L). */
export function twiddle({ k, length }: Butterfly): Complex {
  const angle = (-2 * Math.PI * k) / length
  return [Math.cos(angle), Math.sin(angle)]
}

/** a + w·b and a − w·b. */
export function applyButterfly(a: Complex, b: Complex, w: Complex): readonly [Complex, Complex] {
  const re = w[0] * b[0] - w[1] * b[1]
  const im = w[0] * b[1] + w[1] * b[0]
  return [
    [a[0] + re, a[1] + im],
    [a[0] - re, a[1] - im],
  ]
}
