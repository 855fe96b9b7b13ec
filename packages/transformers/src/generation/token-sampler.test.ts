import { Rng } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { type SamplingOptions, TokenSampler } from './token-sampler.js'

const probabilities = [0.05, 0.4, 0.1, 0.25, 0.2]
const logits = Float32Array.from(probabilities, Math.log)
const count = 4000

/** How often each token is drawn, as a share. */
function shares(options: SamplingOptions, from: Float32Array = logits): number[] {
  const sampler = new TokenSampler(options)
  const rng = new Rng(11)
  const drawn = new Array(from.length).fill(0)
  for (let i = 0; i < count; i++) drawn[sampler.choose(from, rng)]++
  return drawn.map((times) => times / count)
}

/** Within four standard deviations of a share of so many draws; what is cut is never drawn. */
function expectShares(actual: readonly number[], expected: readonly number[]): void {
  for (const [token, share] of expected.entries()) {
    const deviation = Math.sqrt((share * (1 - share)) / count)
    expect(Math.abs(actual[token]! - share), `token ${token}`).toBeLessThanOrEqual(4 * deviation)
  }
}

/** The probabilities of some tokens alone. */
function among(...tokens: readonly number[]): number[] {
  const total = tokens.reduce((sum, token) => sum + probabilities[token]!, 0)
  return probabilities.map((share, token) => (tokens.includes(token) ? share / total : 0))
}

describe('TokenSampler', () => {
  it('takes the most likely token at temperature 0, the first of equals', () => {
    const sampler = new TokenSampler({})
    expect(sampler.choose(logits, new Rng(0))).toBe(1)
    expect(sampler.choose(Float32Array.of(1, 2, 2), new Rng(0))).toBe(1)
    expect(new TokenSampler({ temperature: 0, topK: 3 }).choose(logits, new Rng(0))).toBe(1)
  })

  it('draws each token as often as its probability says', () => {
    expectShares(shares({ temperature: 1 }), probabilities)
  })

  it('sharpens at a temperature below 1, and flattens above', () => {
    for (const temperature of [0.5, 2]) {
      const powers = probabilities.map((share) => share ** (1 / temperature))
      const total = powers.reduce((a, b) => a + b, 0)
      expectShares(
        shares({ temperature }),
        powers.map((power) => power / total),
      )
    }
  })

  it('draws from the k most likely only', () => {
    expectShares(shares({ topK: 3 }), among(1, 3, 4))
    expectShares(shares({ topK: 1 }), among(1))
    expectShares(shares({ topK: 99 }), probabilities)
    // Of three that are equally likely, the two first.
    expectShares(shares({ topK: 2 }, Float32Array.of(0, 1, 1, 1)), [0, 0.5, 0.5, 0])
  })

  it('draws from the fewest tokens that have the probability p together, and always from one', () => {
    expectShares(shares({ topP: 0.6 }), among(1, 3))
    expectShares(shares({ topP: 0.66 }), among(1, 3, 4))
    expectShares(shares({ topP: 0.01 }), among(1))
    expectShares(shares({ topP: 1 }), probabilities)
  })

  it('takes p of what temperature and k leave', () => {
    // 0.4 and 0.25 are 0.76 of the three, and 0.65 of all.
    expectShares(shares({ topK: 3, topP: 0.75 }), among(1, 3))
    // Squared, 0.4 has 0.58 of the sum by itself.
    expectShares(shares({ temperature: 0.5, topP: 0.55 }), among(1))
  })

  it('finds the most likely ones in a large vocabulary', () => {
    const many = Float32Array.from(new Rng(5).normals(700))
    const tenLargest = [...many.keys()].sort((a, b) => many[b]! - many[a]!).slice(0, 10)
    const drawn = shares({ topK: 10 }, many)
    expect([...drawn.keys()].filter((token) => drawn[token]! > 0).sort()).toEqual(tenLargest.sort())
  })

  it('never draws what is impossible', () => {
    const sampler = new TokenSampler({ temperature: 1 })
    const impossible = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY)
    const rng = new Rng(2)
    for (let i = 0; i < 50; i++) expect(sampler.choose(impossible, rng)).toBe(1)
  })

  it('complains of logits that are no numbers', () => {
    expect(() => new TokenSampler({}).choose(Float32Array.of(1, Number.NaN), new Rng(0))).toThrow(
      'generate: the model gives logits that are no numbers',
    )
  })
})
