import { afterAll, describe, expect, it } from 'vitest'
import { noise } from '../../test/noise.js'
import { noAdapter, onGpuBackends } from '../../test/on-gpu-backends.js'
import { relativeError } from '../../test/relative-error.js'
import { createFft } from '../create-fft.js'
import { createGpuFft, releaseGpu } from './index.js'

afterAll(releaseGpu)

describe('createGpuFft', () => {
  it('takes WebGPU where there is an adapter, and WebAssembly otherwise', async () => {
    const plan = await createGpuFft(8)
    expect(plan.kernel).toBe(`gpu.js ${noAdapter === undefined ? 'webgpu' : 'webasm'} radix-2`)
    await plan.destroy()
  })

  it.each([
    [1, 'cpu identity'],
    [768, 'cpu mixed-radix 4·3·4·4·4'],
    [1009, 'cpu bluestein 2048'],
    [32768, 'cpu mixed-radix 4·2·4·4·4·4·4·4'],
  ])('runs the length %i on the CPU, and says so', async (n, kernel) => {
    const plan = await createGpuFft(n, { backend: 'webasm' })
    expect(plan.kernel).toBe(kernel)
    const x = Float32Array.from(noise(2 * n * 2))
    const rows = await plan.upload(x, 2)
    const X = await plan.forward(rows)
    expect(await X.read()).toEqual(createFft(n).forward(x))
  })

  it.each([0, 1.5, 2 ** 27 + 1])('refuses the length %s', async (n) => {
    await expect(createGpuFft(n)).rejects.toThrow(
      `createGpuFft: expected n to be a whole number from 1 to 134217728, got ${n}`,
    )
  })

  it('refuses a backend that it does not know, and one that is not here', async () => {
    await expect(createGpuFft(8, { backend: 'cuda' as 'cpu' })).rejects.toThrow(
      'expected backend to be webgpu, webgl2, webasm or cpu, got cuda',
    )
    await expect(createGpuFft(8, { backend: 'webgl2' })).rejects.toThrow(/no WebGL2 here; it needs a browser/)
  })
})

onGpuBackends((backend) => {
  const n = 8

  it('keeps rows on the device from one transform to the next, and does not change them', async () => {
    const plan = await createGpuFft(n, { backend })
    const x = Float32Array.from(noise(2 * n * 2))
    const rows = await plan.upload(x, 2)
    const X = await plan.forward(rows)
    const first = await X.read()
    const back = await plan.inverse(X)
    expect(relativeError(await back.read(), x)).toBeLessThan(1e-6)
    expect(await X.read()).toEqual(first)
    expect(await rows.read()).toEqual(x)
    await plan.destroy()
    expect(await X.read()).toEqual(first)
  })

  it('says how an array was transformed', async () => {
    const plan = await createGpuFft(n, { backend })
    await plan.forward(new Float32Array(2 * n))
    const executors = {
      webgpu: /^fused-encoder$/,
      webasm: /^fused-/,
      cpu: /^kernel by kernel$/,
      webgl2: /never/,
    }
    expect(plan.executor).toMatch(executors[backend])
    expect(plan.fallbackReason).toBeUndefined()
    await plan.destroy()
  })

  it('takes arrays as createFft does: into out, a number of rows, none at all, calls that overlap', async () => {
    const plan = await createGpuFft(n, { backend })
    const exact = createFft(n)
    const x = Float32Array.from(noise(2 * n * 3))
    const out = new Float32Array(x.length)
    expect(await plan.forward(x, out, 3)).toBe(out)
    expect(relativeError(out, exact.forward(x))).toBeLessThan(1e-6)
    expect(await plan.realForward(new Float32Array(0))).toEqual(new Float32Array(0))
    const [one, two] = await Promise.all([plan.forward(x.subarray(0, 2 * n)), plan.forward(x)])
    expect(relativeError(one, exact.forward(x.subarray(0, 2 * n)))).toBeLessThan(1e-6)
    expect(relativeError(two, exact.forward(x))).toBeLessThan(1e-6)
    await plan.destroy()
  })

  it('refuses rows that do not fit, that were deleted, or that lie elsewhere', async () => {
    const plan = await createGpuFft(n, { backend })
    await expect(plan.forward(new Float32Array(3))).rejects.toThrow(
      'forward: expected a multiple of 16 numbers (a row for n = 8), got 3',
    )
    await expect(plan.forward(new Float64Array(16) as never)).rejects.toThrow(/to be a Float32Array/)
    await expect(plan.upload(new Float32Array(6), 4)).rejects.toThrow(
      'upload: expected a whole number of rows that divides the 6 numbers, got 4',
    )
    const rows = await plan.upload(new Float32Array(6))
    await expect(plan.forward(rows)).rejects.toThrow(
      'forward: expected rows of 16 numbers (for n = 8), got rows of 6',
    )
    const whole = await plan.upload(new Float32Array(16))
    whole.delete()
    await expect(plan.forward(whole)).rejects.toThrow('the rows have been deleted')
    const other = await createGpuFft(n, { backend: backend === 'cpu' ? 'webasm' : 'cpu' })
    await expect(plan.forward(await other.upload(new Float32Array(16)))).rejects.toThrow(
      /expected rows on this plan's device/,
    )
    await plan.destroy()
    await other.destroy()
  })
})
