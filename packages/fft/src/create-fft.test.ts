import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise } from '../test/noise.js'
import { relativeError } from '../test/relative-error.js'
import { createFft } from './create-fft.js'
import { dft } from './dft.js'
import type { FftPrecision } from './precision.js'

const everySmallLength = Array.from({ length: 200 }, (_, index) => index + 1)
const selectedLengths = [256, 512, 768, 1000, 1024, 1536, 2310, 4093, 4096]

/** The rounding that each precision is allowed. */
const limits = { float32: 1e-6, float64: 1e-14 } as const

const array = { float32: Float32Array, float64: Float64Array } as const

describe.each<FftPrecision>(['float32', 'float64'])('a %s plan', (precision) => {
  const limit = limits[precision]
  const typed = (numbers: ArrayLike<number>) => array[precision].from(numbers)

  it.each([
    ['every length from 1 to 200', everySmallLength],
    ['selected lengths up to 4096', selectedLengths],
  ])('agrees with the definition, complex and real, forward and inverse, for %s', (_, lengths) => {
    for (const n of lengths) {
      const plan = createFft(n, { precision })
      const x = noise(2 * n, n)
      const X = dft(x)
      const bins = Math.floor(n / 2) + 1
      const real = noise(n, n + 1)
      const realX = dft(Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? real[at / 2]! : 0)))
      const errors = {
        forward: relativeError(plan.forward(typed(x)), X),
        inverse: relativeError(plan.inverse(typed(X)), x),
        realForward: relativeError(plan.realForward(typed(real)), realX.subarray(0, 2 * bins)),
        realInverse: relativeError(plan.realInverse(typed(realX.subarray(0, 2 * bins))), real),
      }
      for (const [name, error] of Object.entries(errors)) {
        expect(error, `${name}, n = ${n}, ${plan.algorithm}`).toBeLessThan(limit)
      }
    }
  })

  it('gives ones for an impulse, exactly', () => {
    for (const n of [1, 2, 8, 12, 35, 64]) {
      const impulse = typed(new Float64Array(2 * n))
      impulse[0] = 1
      const X = createFft(n, { precision }).forward(impulse)
      expect([...X].map((part) => part + 0)).toEqual(Array.from({ length: 2 * n }, (_, at) => 1 - (at % 2)))
    }
  })

  it('puts a constant into the first bin', () => {
    for (const n of [1, 5, 30, 37, 128]) {
      const X = createFft(n, { precision }).realForward(typed(new Float64Array(n).fill(0.5)))
      expect(Math.abs(X[0]! - n / 2)).toBeLessThan(limit * n)
      for (const part of X.subarray(1)) expect(Math.abs(part)).toBeLessThan(limit * n)
    }
  })

  it('leaves one number as it is', () => {
    const plan = createFft(1, { precision })
    const x = typed([3, -2])
    expect([...plan.forward(x)]).toEqual([3, -2])
    expect([...plan.inverse(x)]).toEqual([3, -2])
    expect([...plan.realForward(x)]).toEqual([3, 0, -2, 0])
    expect([...plan.realInverse(x)]).toEqual([3])
  })

  it('ignores the imaginary parts that a real row cannot have', () => {
    for (const n of [1, 2, 6, 7, 74]) {
      const plan = createFft(n, { precision })
      const X = plan.realForward(typed(noise(n)))
      const disturbed = X.slice()
      disturbed[1] = 5
      if (n % 2 === 0) disturbed[disturbed.length - 1] = Number.NaN
      expect(plan.realInverse(disturbed)).toEqual(plan.realInverse(X))
    }
  })

  it('transforms rows of a batch as it transforms them alone, to the last bit', () => {
    for (const n of [1, 6, 7, 16, 37, 60]) {
      const plan = createFft(n, { precision })
      const bins = Math.floor(n / 2) + 1
      const calls = [
        ['forward', 2 * n],
        ['inverse', 2 * n],
        ['realForward', n],
        ['realInverse', 2 * bins],
      ] as const
      for (const [name, width] of calls) {
        const rows = typed(noise(3 * width, n))
        const together = [...plan[name](rows)]
        const alone = [0, 1, 2].flatMap((row) => [...plan[name](rows.slice(row * width, (row + 1) * width))])
        expect(together, `${name}, n = ${n}`).toEqual(alone)
      }
    }
  })

  it('keeps its promises for any length and any numbers', () => {
    const length = fc.integer({ min: 1, max: 300 })
    fc.assert(
      fc.property(length, fc.integer(), fc.double({ min: -8, max: 8, noNaN: true }), (n, seed, factor) => {
        const plan = createFft(n, { precision })
        const x = noise(2 * n, seed)
        const y = noise(2 * n, seed + 1)
        const X = plan.forward(typed(x))
        // inverse ∘ forward
        expect(relativeError(plan.inverse(X), x)).toBeLessThan(2 * limit)
        const real = typed(x.subarray(0, n))
        expect(relativeError(plan.realInverse(plan.realForward(real)), real)).toBeLessThan(2 * limit)
        // linear
        const combined = plan.forward(typed(x.map((value, at) => value + factor * y[at]!)))
        const Y = plan.forward(typed(y))
        expect(
          relativeError(
            combined,
            Float64Array.from(X, (value, at) => value + factor * Y[at]!),
          ),
        ).toBeLessThan(10 * limit)
        // Parseval: Σ |x|² = Σ |X|² / n
        const energy = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((sum, v) => sum + v * v, 0)
        expect(energy(X) / n / energy(x)).toBeCloseTo(1, precision === 'float32' ? 6 : 13)
        // a real row through the complex transform
        const padded = typed(
          Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? real[at / 2]! : 0)),
        )
        const half = plan.realForward(real)
        expect(relativeError(half, plan.forward(padded).subarray(0, half.length))).toBeLessThan(2 * limit)
      }),
      { numRuns: 60, seed: 7 },
    )
  })
})
