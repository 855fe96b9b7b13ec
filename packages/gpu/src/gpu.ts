import { acquireGpu, GpuUnavailableError } from '@gyre/fft/gpu'
import { BackendError } from '@gyre/tensor'
import { GpuBackend } from './backend.js'
import { Engine } from './engine/engine.js'

export interface GpuOptions {
  /** Bytes of the device's memory beyond which an eager call is an error; default 2 GiB. */
  readonly eagerBytes?: number
}

/**
 * The backend of WebGPU kernels: `setBackend(await gpu())`. It runs on gpu.js's device, in Node (with the package
 * `webgpu`) and in browsers. Throws a `BackendError` that says what is missing where there is none.
 */
export async function gpu({ eagerBytes = 2 ** 31 }: GpuOptions = {}): Promise<GpuBackend> {
  try {
    return new GpuBackend(new Engine(await acquireGpu()), eagerBytes)
  } catch (error) {
    if (error instanceof GpuUnavailableError) throw new BackendError(error.message, { cause: error })
    throw error
  }
}
