import { readFileSync } from 'node:fs'
import { readMethodText, trainingMethodNames } from '@gyre/train'
import { describe, expect, it } from 'vitest'
import { comparisonSettings } from '../../../../../packages/gyre/src/compare/settings.js'
import { suggestRate, triedRates, tunedRates } from './learning-rates.js'

const tasks = { decoder: 'moby-dick', encoder: 'era' } as const
const bases = ['decoder', 'encoder'] as const
const rateOf = (base: 'decoder' | 'encoder', method: string): number | undefined =>
  suggestRate(base, readMethodText(method), [1, 2, 4, 8, 16, 32, 64])?.learningRate

describe('the rates', () => {
  it.each(bases)('of the %s are those of gyre compare', (base) => {
    const { methods, undividedRate } = comparisonSettings(tasks[base], { length: 'full', seed: 0 })
    const { bca, ...others } = tunedRates[base]
    expect(bca).toBe(undividedRate.learningRate)
    for (const [name, rate] of Object.entries(others)) {
      expect(rate).toBe(methods.find(({ method }) => method.startsWith(name))?.learningRate)
    }
  })

  it.each(bases)('of the %s that are not tuned are among those that the study tries', (base) => {
    const study = readFileSync(
      new URL('../../../../../benchmarks/studies/block-size.yaml', import.meta.url),
      'utf8',
    )
    for (const [name, rate] of Object.entries(triedRates[base])) {
      const line = study.split('\n').find((line) => new RegExp(`method: "?${name}\\b`).test(line))
      expect(
        line
          ?.match(/learning-rates: \[(.*)\]/)?.[1]
          ?.split(', ')
          .map(Number),
      ).toContain(rate)
    }
  })
})

describe('suggestRate', () => {
  it('has one for every method on both bases', () => {
    for (const base of bases) {
      for (const name of trainingMethodNames) expect(rateOf(base, name)).toBeGreaterThan(0)
    }
  })

  it('multiplies by the block size where the method divides by it', () => {
    expect(rateOf('decoder', 'bca:p=16')).toBe(0.16)
    expect(rateOf('decoder', 'bca:p=16:scale=false')).toBe(0.01)
    expect(rateOf('decoder', 'bca:p=q_proj/16+up_proj/4')).toBe(0.04)
    expect(rateOf('decoder', 'bca:p=max:40')).toBe(0.32)
    expect(rateOf('encoder', 'bca:p=auto:budget=64')).toBe(0.005)
    expect(rateOf('encoder', 'lora:r=16')).toBe(0.005)
  })
})
