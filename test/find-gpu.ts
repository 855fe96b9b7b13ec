import { type GpuBackend, gpu } from '@gyre/gpu'
import { isGyreError } from '@gyre/tensor'

/** The GPU of this process, or why its tests are skipped. */
export async function findGpu(): Promise<{ readonly backend?: GpuBackend; readonly missing?: string }> {
  try {
    return { backend: await gpu() }
  } catch (error) {
    if (!isGyreError(error)) throw error
    console.warn(`Nothing is run on a GPU: ${error.message}`)
    return { missing: error.message }
  }
}
