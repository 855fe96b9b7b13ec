import { describe, expect, test } from 'vitest'
import { OptionError } from './errors.js'
import { Rng } from './rng.js'
import { threefry2x32, uniformOf } from './threefry.js'

describe('threefry2x32', () => {
  // Known answers of the authors' own implementation (Random123, kat_vectors, threefry2x32 with 20 rounds).
  test.each([
    ['zeros', [0, 0, 0, 0], '6b200159 99ba4efe'],
    ['ones', [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], '1cb996fc bb002be7'],
    ['the digits of pi', [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], 'c4923a9c 483df7a0'],
  ] as const)('encrypts %s as its authors do', (_name, [k0, k1, x0, x1], expected) => {
    const out = new Uint32Array(4)
    threefry2x32(k0, k1, x0, x1, out, 1)
    expect([...out.subarray(1, 3)].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected)
    expect([out[0], out[3]]).toEqual([0, 0])
  })

  test('gives uniforms of 24 bits in [0, 1)', () => {
    expect(uniformOf(0)).toBe(0)
    expect(uniformOf(0xffffffff)).toBe(1 - 2 ** -24)
    expect(Math.fround(uniformOf(0xffffffff))).toBe(uniformOf(0xffffffff))
    expect(uniformOf(0x80000000)).toBe(0.5)
  })
})

function moments(values: ArrayLike<number>) {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  const central = (power: number) =>
    list.reduce((sum, value) => sum + (value - mean) ** power, 0) / list.length
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 }
}

describe('Rng', () => {
  test('repeats itself for the same seed, however the words are asked for', () => {
    const whole = new Rng(42).bits(6)
    const parts = new Rng(42)
    expect([...parts.bits(2), ...parts.bits(4)]).toEqual([...whole])
    expect(new Rng(43).bits(6)).not.toEqual(whole)
  })

  test('takes all 53 bits of a seed', () => {
    expect(new Rng(1 + 2 ** 32).bits(2)).not.toEqual(new Rng(1).bits(2))
    expect(new Rng(2 ** 53 - 1).key).toEqual([2 ** 21 - 1, 2 ** 32 - 1])
  })

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses the seed %d', (seed) => {
    expect(() => new Rng(seed)).toThrow(
      new OptionError(`a seed is an integer from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`),
    )
  })

  test('has children that differ from it and from each other, whatever was drawn before', () => {
    const rng = new Rng(1)
    const labels = ['a', 'b', 'ab', 'ba', 'abc', '1', 1, 12, '', 0, '#1', 'a\0']
    const streams = labels.map((label) => [...rng.child(label).bits(2)].join())
    expect(new Set([...streams, [...new Rng(1).bits(2)].join()]).size).toBe(labels.length + 1)
    rng.bits(100)
    expect([...rng.child('a').bits(2)].join()).toBe(streams[0])
    expect(rng.child('a').child('b').bits(2)).not.toEqual(rng.child('b').child('a').bits(2))
  })

  test('draws uniforms with the moments of the uniform distribution', () => {
    const values = new Rng(2).uniforms(40_000)
    const { mean, variance } = moments(values)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    // Five standard errors: sqrt(1/12 / 40 000) = 0.0014 for the mean.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0072)
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002)
  })

  test('draws normals with the moments of the normal distribution, in odd counts too', () => {
    const { mean, variance, kurtosis } = moments(new Rng(3).normals(40_001))
    expect(Math.abs(mean)).toBeLessThan(0.025)
    expect(Math.abs(variance - 1)).toBeLessThan(0.036)
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.13)
    expect(new Rng(3).normals(3)).toEqual(new Rng(3).normals(4).subarray(0, 3))
  })

  test('draws integers evenly from 0 to below', () => {
    const counts = new Array<number>(7).fill(0)
    for (const value of new Rng(4).integers(14_000, 7)) counts[value]!++
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(14_000)
    // Five standard errors of a count around 2000.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(210)
    expect(Math.min(...new Rng(5).integers(1000, 2 ** 31))).toBeGreaterThanOrEqual(0)
  })

  test('permutes: every number once, in another order, each place alike', () => {
    const order = new Rng(6).permutation(100)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b))
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 6000; seed++) {
      const key = new Rng(seed).permutation(3).join()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(new Rng(6).permutation(0)).toHaveLength(0)
  })
})
