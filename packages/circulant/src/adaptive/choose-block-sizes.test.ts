import { randn } from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BlockSizeChoice,
  capturedShare,
  chooseBlockSizes,
  type SiteGradient,
} from './choose-block-sizes.js'
import { kernelGradient } from './gradient-energy.js'

const siteGradient = (
  path: string,
  outFeatures: number,
  inFeatures: number,
  scale: number,
): SiteGradient => ({
  site: { path, target: path, outFeatures, inFeatures },
  gradient: Float64Array.from(
    randn([outFeatures, inFeatures], { seed: path.length }).dataSync(),
    (value) => scale * Number(value),
  ),
})
const layers = [siteGradient('a', 8, 8, 1), siteGradient('bb', 8, 12, 2), siteGradient('ccc', 6, 12, 0.5)]
const numbers = 8 * 8 + 8 * 12 + 6 * 12

describe('chooseBlockSizes', () => {
  it('captures the more the larger the budget, and never exceeds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: numbers }), fc.nat(100), (budget, more) => {
        const choice = chooseBlockSizes(layers, budget)
        expect(choice.parameters).toBeLessThanOrEqual(budget)
        expect(chooseBlockSizes(layers, budget + more).share).toBeGreaterThanOrEqual(choice.share)
        expect(chooseBlockSizes(layers, budget)).toEqual(choice)
      }),
    )
  })

  it('captures at least what any size does that is the same everywhere', () => {
    for (const p of [1, 2]) {
      const uniform = capturedShare(layers, { a: p, bb: p, ccc: p })
      expect(chooseBlockSizes(layers, numbers / p).share).toBeGreaterThanOrEqual(uniform)
    }
  })

  it('captures the share that its sizes capture', () => {
    const { blockSizes, share } = chooseBlockSizes(layers, 40)
    expect(capturedShare(layers, blockSizes)).toBeCloseTo(share, 12)
    expect(capturedShare(layers, {})).toBe(0)
  })

  it('has by magnitude the larger sum of magnitudes, and by energy the larger energy', () => {
    const magnitudeOf = ({ sites }: BlockSizeChoice): number =>
      layers.reduce((total, { site: { outFeatures, inFeatures }, gradient }, i) => {
        const { blockSize } = sites[i]!
        if (blockSize === undefined) return total
        const kernel = kernelGradient(gradient, [outFeatures, inFeatures], blockSize)
        return total + kernel.reduce((sum, value) => sum + Math.abs(value), 0)
      }, 0)
    const budgets = [12, 24, 40, 64, 100]
    const choices = budgets.map((budget) => ({
      byEnergy: chooseBlockSizes(layers, budget),
      byMagnitude: chooseBlockSizes(layers, budget, 'magnitude'),
    }))
    for (const { byEnergy, byMagnitude } of choices) {
      expect(byEnergy.share).toBeGreaterThanOrEqual(byMagnitude.share)
      expect(magnitudeOf(byMagnitude)).toBeGreaterThanOrEqual(magnitudeOf(byEnergy))
    }
    expect(choices.some(({ byEnergy, byMagnitude }) => byEnergy.share > byMagnitude.share)).toBe(true)
  })

  it('takes everything where the budget allows it', () => {
    const { blockSizes, share, parameters } = chooseBlockSizes(layers, numbers)
    expect(blockSizes).toEqual({ a: 1, bb: 1, ccc: 1 })
    expect([share, parameters]).toEqual([1, numbers])
  })

  it('says of every site what was chosen, and leaves those out that get none', () => {
    const { sites, blockSizes, parameters } = chooseBlockSizes(layers, 24)
    expect(sites.map(({ path }) => path)).toEqual(['a', 'bb', 'ccc'])
    for (const { path, blockSize, parameters, captured, energy } of sites) {
      expect(blockSizes[path]).toBe(blockSize)
      expect(captured).toBeLessThanOrEqual(energy)
      expect(parameters > 0).toBe(blockSize !== undefined)
    }
    expect(sites.some(({ blockSize }) => blockSize === undefined)).toBe(true)
    expect(sites.reduce((total, site) => total + site.parameters, 0)).toBe(parameters)
  })

  it('chooses the same for a weight that is kept transposed', () => {
    const transposed = layers.map(({ site, gradient }): SiteGradient => {
      const { outFeatures, inFeatures } = site
      const turned = gradient.map(
        (_, i) => gradient[(i % outFeatures) * inFeatures + Math.floor(i / outFeatures)]!,
      )
      return { site: { ...site, weightIsTransposed: true }, gradient: turned }
    })
    expect(chooseBlockSizes(transposed, 40).blockSizes).toEqual(chooseBlockSizes(layers, 40).blockSizes)
  })

  it('says what the smallest adapter costs when the budget buys none', () => {
    expect(() => chooseBlockSizes(layers, 7)).toThrow(
      'budget 7 buys no adapter; the smallest one has 8 numbers, with block size 8 at a',
    )
  })

  it('says so when there is no gradient to choose by', () => {
    const still = layers.map(({ site, gradient }) => ({ site, gradient: gradient.map(() => 0) }))
    expect(() => chooseBlockSizes(still, 100)).toThrow(
      'block sizes are chosen by the gradients, and those of all 3 sites are zero',
    )
    const broken = layers.map(({ site, gradient }) => ({ site, gradient: gradient.map(() => Number.NaN) }))
    expect(() => chooseBlockSizes(broken, 100)).toThrow('those of all 3 sites are no numbers')
  })
})
