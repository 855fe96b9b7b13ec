import { describe, expect, it } from 'vitest'
import { noise } from '../test/noise.js'
import { relativeError } from '../test/relative-error.js'
import { sampledError } from '../test/sampled-error.js'
import { createFft } from './create-fft.js'
import { radix2 } from './radix2.js'

/** Lengths of every kind of algorithm up to 2^20; 4093, 131071 and 1048573 are primes. */
const growing = [64, 1000, 1024, 4093, 4096, 2 ** 14, 3 * 2 ** 14, 2 ** 17, 131071, 2 ** 20, 1048573]

describe('accuracy', () => {
  it('of float64 plans falls off no faster than ε·√(log₂ n), up to n = 2^20', () => {
    for (const n of growing) {
      const plan = createFft(n, { precision: 'float64' })
      const x = noise(2 * n, n)
      const X = plan.forward(x)
      const bound = Number.EPSILON * Math.sqrt(Math.log2(n))
      expect(sampledError(X, x, 10), `forward, n = ${n}`).toBeLessThan(bound)
      expect(relativeError(plan.inverse(X), x), `inverse ∘ forward, n = ${n}`).toBeLessThan(bound)
    }
  })

  it('of float32 plans does not fall off at all: numbers are rounded once, at the end', () => {
    const halfUnit = 2 ** -24
    for (const n of growing) {
      const plan = createFft(n)
      const x = noise(2 * n, n)
      const X = plan.forward(Float32Array.from(x))
      expect(sampledError(X, x, 10), `forward, n = ${n}`).toBeLessThan(halfUnit)
      expect(relativeError(plan.inverse(X), x), `inverse ∘ forward, n = ${n}`).toBeLessThan(halfUnit)
    }
  })

  it('agrees in every bin with the textbook transform at n = 2^18', () => {
    const n = 2 ** 18
    const x = noise(2 * n)
    expect(relativeError(createFft(n, { precision: 'float64' }).forward(x), radix2(x))).toBeLessThan(1e-15)
  })

  it('of a real spectrum is that of the complex one, at n = 2^20', () => {
    const n = 2 ** 20
    const plan = createFft(n, { precision: 'float64' })
    const x = noise(n)
    const padded = Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? x[at / 2]! : 0))
    const X = plan.realForward(x)
    expect(relativeError(X, plan.forward(padded).subarray(0, n + 2))).toBeLessThan(1e-15)
    expect(relativeError(plan.realInverse(X), x)).toBeLessThan(1e-15)
  })
})
