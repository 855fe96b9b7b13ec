import { afterAll, afterEach, expect, it } from 'vitest'
import { someOf } from '../../../../test/long-run.js'
import { noise } from '../../test/noise.js'
import { onGpuBackends } from '../../test/on-gpu-backends.js'
import { relativeError } from '../../test/relative-error.js'
import { createFft } from '../create-fft.js'
import { createGpuFft, type GpuFft, releaseGpu } from './index.js'

afterAll(releaseGpu)

/** 2, 4, …, 16384. */
const lengths = someOf(
  Array.from({ length: 14 }, (_, index) => 2 ** (index + 1)),
  3,
)
const batch = 3

onGpuBackends((backend) => {
  let plan: GpuFft
  afterEach(() => plan.destroy())

  it.each(lengths)('transforms rows of %i like the plan in float64', async (n) => {
    plan = await createGpuFft(n, { backend })
    expect(plan.kernel).toBe(`gpu.js ${backend} radix-2`)
    const exact = createFft(n, { precision: 'float64' })
    const complex = Float32Array.from(noise(2 * n * batch, n))
    const real = complex.subarray(0, n * batch)
    const bound = 2e-6
    const X = exact.forward(Float64Array.from(complex))
    expect(relativeError(await plan.forward(complex), X), 'forward').toBeLessThan(bound)
    const x = exact.inverse(Float64Array.from(complex))
    expect(relativeError(await plan.inverse(complex), x), 'inverse').toBeLessThan(bound)
    const half = exact.realForward(Float64Array.from(real))
    expect(relativeError(await plan.realForward(real), half), 'realForward').toBeLessThan(bound)
    const spectra = Float32Array.from(noise((n + 2) * batch, n))
    const back = exact.realInverse(Float64Array.from(spectra))
    expect(relativeError(await plan.realInverse(spectra), back), 'realInverse').toBeLessThan(bound)
  })
})
