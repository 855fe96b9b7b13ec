import { describe, expect, it } from 'vitest'
import { formatClaims } from './format-claims.js'
import { paperClaims } from './paper-claims.js'

describe('the claims of the paper', () => {
  const claims = paperClaims()
  const of = (claimed: number) => claims.filter((row) => row.claimed === claimed)

  it('16 times fewer parameters than LoRA: exactly, on all three models', () => {
    expect(of(16).map(({ otherCount, bcaCount }) => [otherCount, bcaCount])).toEqual([
      [294_912, 18_432],
      [786_432, 49_152],
      [33_554_432, 2_097_152],
    ])
    expect(of(16).map(({ ratio, holds }) => [ratio, holds])).toEqual(Array(3).fill([16, true]))
  })

  it('14 times fewer parameters than VeRA: not of those that are trained; with the bases at p = 128', () => {
    expect(of(14).map(({ ratio, holds }) => [ratio.toFixed(2), holds])).toEqual([
      ['2.33', false],
      ['1.25', false],
      ['0.16', false],
      ['14.61', true],
    ])
    expect(of(14)[2]!.otherCount).toBe(327_680)
  })

  it('32 times fewer FLOPs than FourierFT: of transforms against a product; not against its cheapest form', () => {
    const [transforms, everything, cheapest] = of(32)
    expect(transforms!.otherCount).toBe(2 * 768 * 768)
    expect(transforms!.ratio).toBeCloseTo((2 * 768 * 768) / (5 * 768 * Math.log2(768)), 9)
    expect(transforms!.ratio.toFixed(2)).toBe('32.05')
    expect(transforms!.holds).toBe(true)
    // FourierFT's transform weighs more than BCA's products.
    expect(everything!.ratio).toBeGreaterThan(transforms!.ratio)
    expect(everything!.holds).toBe(true)
    expect(cheapest).toMatchObject({ holds: false })
    expect(cheapest!.ratio).toBeLessThan(1.1)
  })

  it('are printed one table for each, as text and as Markdown', () => {
    const text = formatClaims(claims)
    expect(text.match(/^\d+× .*$/gm)).toHaveLength(3)
    expect(text).toMatch(/33,554,432 +bca:p=512 +2,097,152 +16\.00 +yes/)
    const markdown = formatClaims(claims, { markdown: true })
    expect(markdown.match(/^## /gm)).toHaveLength(3)
    expect(markdown.match(/^\| .* \| (yes|no ) +\|$/gm)).toHaveLength(10)
  })
})
