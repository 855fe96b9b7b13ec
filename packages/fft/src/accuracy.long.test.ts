import { describe, expect, it } from 'vitest'
import { noise } from '../test/noise.js'
import { relativeError } from '../test/relative-error.js'
import { sampledError } from '../test/sampled-error.js'
import { createFft } from './create-fft.js'

describe('accuracy', () => {
  it('of float64 plans is better than 2e-15 for every length up to 4096, there and back', () => {
    for (let n = 1; n <= 4096; n++) {
      const plan = createFft(n, { precision: 'float64' })
      const x = noise(2 * n, n)
      const X = plan.forward(x)
      expect(sampledError(X, x, 8), `forward, n = ${n}`).toBeLessThan(2e-15)
      expect(relativeError(plan.inverse(X), x), `inverse ∘ forward, n = ${n}`).toBeLessThan(2e-15)
      const real = x.subarray(0, n)
      expect(relativeError(plan.realInverse(plan.realForward(real)), real), `real, n = ${n}`).toBeLessThan(
        2e-15,
      )
    }
  })
})
