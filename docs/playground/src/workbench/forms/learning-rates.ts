import type { MethodText } from '@gyre/train'
import type { BaseName } from '../contract.js'
import { automatic } from './method-text.js'

/** A learning rate to begin with, and where it is from. */
export interface SuggestedRate {
  readonly learningRate: number
  readonly reason: string
}

/**
 * The rates of `gyre compare`: the best of four on larger bases of the same two kinds, on the end of the training part.
 * Of a block-circulant adapter it is the rate after the division by p.
 *
 * @source packages/gyre/src/compare/settings.ts
 */
export const tunedRates: { readonly [Base in BaseName]: { readonly [method: string]: number } } = {
  decoder: { bca: 0.01, lora: 0.01, full: 0.002 },
  encoder: { bca: 0.005, lora: 0.005, full: 0.002, head: 0.0015 },
}

/**
 * Of the other methods: the best of those that the study of block sizes tries on one seed, at most of the method's sizes
 * or at the middle one; of the decoder for Moby-Dick, of the encoder for the eras. FourierFT and C3A start at zero in the study.
 *
 * @source benchmarks/studies/block-size.yaml
 */
export const triedRates: { readonly [Base in BaseName]: { readonly [method: string]: number } } = {
  decoder: { vera: 0.04, fourierft: 0.04, c3a: 1.2, cdvft: 0.016, head: 0.004 },
  encoder: { vera: 0.04, fourierft: 0.0025, c3a: 0.3, cdvft: 0.001 },
}

/** What a run learns at unless someone says otherwise. `blockSizes` are those that its layers can take. */
export function suggestRate(
  base: BaseName,
  { name, options }: MethodText,
  blockSizes: readonly number[],
): SuggestedRate | undefined {
  const tuned = tunedRates[base][name]
  if (tuned === undefined) {
    const tried = triedRates[base][name]
    if (tried === undefined) return undefined
    return {
      learningRate: tried,
      reason: 'the best in the study of block sizes, on a larger base of this kind',
    }
  }
  const reason = 'tuned by gyre compare for a larger base of this kind'
  if (name !== 'bca' || options.scaleLearningRate === 'false') return { learningRate: tuned, reason }
  const size = dividedBy(options.blockSize, blockSizes)
  return {
    learningRate: Number((tuned * size).toPrecision(3)),
    reason: `${tuned}, ${reason}, times ${size}: bca divides it by p`,
  }
}

/** The p of a method's text; where it differs by layer the smallest that it can be, so that no layer learns too fast. */
function dividedBy(blockSize: string | undefined, blockSizes: readonly number[]): number {
  if (blockSize === automatic) return 1
  const sizes = [...(blockSize ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits))
  const smallest = sizes.length === 0 ? 1 : Math.min(...sizes)
  return blockSize?.startsWith('max:') ? (blockSizes.findLast((size) => size <= smallest) ?? 1) : smallest
}
