import { afterAll, beforeAll, expect, it } from 'vitest'
import { noise } from '../../test/noise.js'
import { withAdapter } from '../../test/on-gpu-backends.js'
import {
  acquireGpu,
  createGpuCirculant,
  createGpuFft,
  createWgslFft,
  type GpuFft,
  releaseGpu,
} from './index.js'

afterAll(releaseGpu)

withAdapter('buffers on the device', () => {
  const live = new Set<GPUBuffer>()

  beforeAll(async () => {
    const { device } = await acquireGpu()
    const createBuffer = device.createBuffer.bind(device)
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer(descriptor)
      const destroy = buffer.destroy.bind(buffer)
      buffer.destroy = () => {
        live.delete(buffer)
        destroy()
      }
      live.add(buffer)
      return buffer
    }
  })

  /** How many more buffers there are after twenty rounds than after two. */
  async function growth(round: () => Promise<void>): Promise<number> {
    for (let i = 0; i < 2; i++) await round()
    const before = live.size
    expect(before).toBeGreaterThan(0)
    for (let i = 0; i < 18; i++) await round()
    return live.size - before
  }

  it.each([
    ['gpu.js', () => createGpuFft(64, { backend: 'webgpu' })],
    ['WGSL', () => createWgslFft(64)],
  ])('do not become more by transforms of %s whose results are deleted', async (_, create) => {
    const plan: GpuFft = await create()
    const x = Float32Array.from(noise(2 * 64 * 3))
    const rows = await plan.upload(x, 3)
    const grown = await growth(async () => {
      const X = await plan.forward(rows)
      const back = await plan.inverse(X)
      X.delete()
      await back.read()
      back.delete()
      await plan.realForward(x.subarray(0, 64 * 3))
    })
    expect(grown).toBe(0)
    rows.delete()
    await plan.destroy()
  })

  it('do not become more by products whose results are deleted', async () => {
    const layer = await createGpuCirculant(
      { inFeatures: 32, outFeatures: 16, blockSize: 8 },
      { backend: 'webgpu' },
    )
    const x = await layer.upload(Float32Array.from(noise(3 * 32)), 3)
    const c = await layer.upload(Float32Array.from(noise(8 * 8)), 8)
    const grown = await growth(async () => {
      const X = await layer.inputSpectrum(x)
      const C = await layer.weightSpectrum(c)
      const y = await layer.product(X, C)
      const G = await layer.outputSpectrum(y)
      const gx = await layer.inputGradient(G, C)
      const gc = await layer.weightGradient(G, X)
      await gc.read()
      for (const rows of [X, C, y, G, gx, gc]) rows.delete()
    })
    expect(grown).toBe(0)
    x.delete()
    c.delete()
    await layer.destroy()
  })

  it('all end with their plans and rows', async () => {
    expect(live.size).toBe(0)
    const plan = await createGpuFft(32, { backend: 'webgpu' })
    const rows = await plan.upload(new Float32Array(64))
    const X = await plan.forward(rows)
    await plan.forward(new Float32Array(64))
    await plan.destroy()
    rows.delete()
    X.delete()
    expect(live.size).toBe(0)
  })
})
