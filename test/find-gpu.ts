import { type GpuBackend, gpu } from '@gyre/gpu'
import { isGyreError } from '@gyre/tensor'

interface Found {
  readonly backend?: GpuBackend
  readonly missing?: string
}

let found: Promise<Found> | undefined

/**
 * The GPU of this process, or why its tests are skipped. Test files that share a process share it with the kernels
 * that it has compiled; when one of them ends the device, the next file opens another.
 */
export function findGpu(): Promise<Found> {
  found ??= openGpu()
  return found
}

async function openGpu(): Promise<Found> {
  try {
    const backend = await gpu()
    void backend.device.lost.then(() => {
      found = undefined
    })
    return { backend }
  } catch (error) {
    if (!isGyreError(error)) throw error
    console.warn(`Nothing is run on a GPU: ${error.message}`)
    return { missing: error.message }
  }
}
