/// <reference types="@webgpu/types" preserve="true" />
import { GpuUnavailableError } from '../fft-error.js'
import { loadGpuJs } from './gpu-js.js'

/** WebGPU's adapter and device: the one pair that gpu.js and everything else in this process share. */
export interface GpuContext {
  readonly adapter: GPUAdapter
  readonly device: GPUDevice
}

/** Limits that are raised to what the adapter has: the defaults are those of a telephone. */
const raisedLimits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const

/** Features that are switched on where the adapter has them. */
const wantedFeatures = ['subgroups', 'timestamp-query'] as const

/**
 * gpu.js's device, opened on first use with the adapter's own limits. In Node it needs the package `webgpu`; in a
 * browser, a page from a secure context. Throws a `GpuUnavailableError` that says what is missing.
 */
export async function acquireGpu(): Promise<GpuContext> {
  const gpu = await findWebGpu()
  if ((await gpu.requestAdapter()) === null) {
    throw new GpuUnavailableError(
      `gpu: WebGPU finds no adapter; ${inNode() ? 'it needs a driver for Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)' : 'the browser has none for this machine, or it is switched off'}`,
    )
  }
  const { WebGPUContext } = await loadGpuJs()
  const restore = widenDevices(gpu)
  try {
    return await WebGPUContext.acquire()
  } catch (error) {
    throw new GpuUnavailableError(`gpu: the adapter gives no device: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    restore()
  }
}

/** Ends the device that `acquireGpu` gave; the next call opens another. */
export async function releaseGpu(): Promise<void> {
  const { WebGPUContext } = await loadGpuJs()
  await WebGPUContext.destroy()
}

/** `navigator.gpu`; in Node the package `webgpu` is put there, where gpu.js looks for it. */
async function findWebGpu(): Promise<GPU> {
  const holder = globalThis as { navigator?: { gpu?: GPU } }
  if (holder.navigator?.gpu) return holder.navigator.gpu
  if (!inNode()) {
    throw new GpuUnavailableError(
      'gpu: this browser has no WebGPU (navigator.gpu), or the page is not from a secure context (https or 127.0.0.1)',
    )
  }
  let dawn: Dawn
  try {
    dawn = await importDawn('webgpu')
  } catch (error) {
    throw new GpuUnavailableError(
      `gpu: the package webgpu (Dawn) does not load: ${(error as Error).message}; install webgpu 0.6.2 or later`,
      { cause: error },
    )
  }
  for (const [name, value] of Object.entries(dawn.globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  const gpu = dawn.create([loopsZeroMemory])
  if (holder.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true })
  } else Object.defineProperty(holder.navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}

type Dawn = typeof import('webgpu')

/**
 * Workgroup memory begins as zeros. Dawn can leave that to the driver; SwiftShader then makes an instruction for each
 * number, and takes half a minute to compile a shader with 32 KiB. The other way is a loop.
 */
const loopsZeroMemory = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'

/** By a name that bundlers do not follow: what they make is for browsers, which have no use for Dawn. */
function importDawn(name: 'webgpu'): Promise<Dawn> {
  return import(/* @vite-ignore */ name)
}

/** While it lasts, devices are opened with the adapter's limits: gpu.js asks for two of them only. */
function widenDevices(gpu: GPU): () => void {
  const requestAdapter = gpu.requestAdapter.bind(gpu)
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter({ powerPreference: 'high-performance', ...options })
    if (adapter === null) return null
    const requestDevice = adapter.requestDevice.bind(adapter)
    adapter.requestDevice = (descriptor) =>
      requestDevice({
        ...descriptor,
        requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
        requiredLimits: {
          ...descriptor?.requiredLimits,
          ...Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]])),
        },
      })
    return adapter
  }
  return () => {
    // What was put on the object shadows its class's method, which is there again.
    delete (gpu as { requestAdapter?: unknown }).requestAdapter
  }
}

function inNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined
}
