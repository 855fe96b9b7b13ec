/// <reference types="@webgpu/types" />

/** What the adapter of `navigator.gpu` that the systems use says of itself; browsers leave out some of it. */
export async function adapterName(): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error('WebGPU finds no adapter')
  const { vendor, architecture, device, description } = adapter.info
  return [...new Set([device, description, vendor, architecture])].filter((word) => word !== '').join(', ')
}

/** Throws what a device reported, such as a command that it refused: results are then nobody's, and take no time. */
export function errorsOf(device: GPUDevice): { check(): void } {
  let failure: string | undefined
  device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= error.message
  })
  return {
    check: () => {
      if (failure !== undefined) throw new Error(failure)
    },
  }
}
