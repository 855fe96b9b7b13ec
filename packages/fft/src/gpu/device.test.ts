import { afterAll, describe, expect, it } from 'vitest'
import { acquireGpu, releaseGpu } from './device.js'

describe('the GPU of this process', () => {
  afterAll(releaseGpu)

  it('is one device for all, with the limits of its adapter', async () => {
    const { adapter, device } = await acquireGpu()
    expect((await acquireGpu()).device).toBe(device)
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(adapter.limits.maxStorageBuffersPerShaderStage)
  })
})
