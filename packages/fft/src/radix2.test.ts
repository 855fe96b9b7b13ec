import { describe, expect, it } from 'vitest'
import { noise } from '../test/noise.js'
import { relativeError } from '../test/relative-error.js'
import { dft } from './dft.js'
import { radix2 } from './radix2.js'

describe('radix2', () => {
  it.each([1, 2, 4, 8, 16, 64, 256, 1024])('agrees with the definition for n = %i', (n) => {
    const x = noise(2 * n)
    expect(relativeError(radix2(x), dft(x))).toBeLessThan(3e-15)
  })

  it('leaves its input alone', () => {
    const x = noise(32)
    const before = x.slice()
    radix2(x)
    expect(x).toEqual(before)
  })

  it.each([0, 3, 6, 20])('refuses %i numbers, which are no power of two of pairs', (length) => {
    expect(() => radix2(new Float64Array(length))).toThrow(
      `radix2: x must hold a power of two of complex numbers, two numbers each; got ${length} numbers`,
    )
  })
})
