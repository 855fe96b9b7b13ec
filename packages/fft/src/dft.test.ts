import { describe, expect, it } from 'vitest'
import { dft } from './dft.js'

describe('dft', () => {
  it('gives what one gets by hand for three numbers', () => {
    const h = Math.sqrt(3) / 2
    // 1, 2, 3: the sum is 6, and 1 + 2w + 3w² = −3/2 + i·√3/2 for w = −1/2 − i·√3/2.
    const X = dft(Float64Array.of(1, 0, 2, 0, 3, 0))
    for (const [at, expected] of [6, 0, -1.5, h, -1.5, -h].entries()) expect(X[at]).toBeCloseTo(expected, 14)
  })

  it('turns forward with exp(−2πi · jk / n): an impulse at one gives 1, −i, −1, i', () => {
    const X = dft(Float64Array.of(0, 0, 1, 0, 0, 0, 0, 0))
    expect([...X].map((part) => part + 0)).toEqual([1, 0, 0, -1, -1, 0, 0, 1])
  })

  it('refuses half a complex number', () => {
    expect(() => dft(new Float64Array(3))).toThrow('dft: x must hold pairs (real, imaginary); got 3 numbers')
  })
})
