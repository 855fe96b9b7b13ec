import { jsBackend } from '@gyre/tensor'
import { capitalized } from '../interface/capitalized.js'
import type { OpenedBackend, PictureBackend, PictureBackendName } from './backend.js'

/** Opens a backend of the pictures; where it cannot be had, the sentence that says why. */
export async function openPictureBackend(name: PictureBackendName): Promise<OpenedBackend> {
  try {
    return await open[name]()
  } catch (error) {
    return { name, unavailable: sentenceOf(error as Error) }
  }
}

/** An error's message as a sentence of the page: it begins with the package that throws it, and with no capital. */
function sentenceOf({ message }: Error): string {
  return `${capitalized(message.replace(/^(gpu|wasm|webgl2): /, ''))}.`
}

/** Each is loaded when it is first asked for: the page is there, and computes, without the others. */
const open: { readonly [Name in PictureBackendName]: () => Promise<PictureBackend> } = {
  async webgpu() {
    const { gpu } = await import('@gyre/gpu')
    const backend = await gpu()
    const { adapter, driver } = backend.status
    return {
      name: 'webgpu',
      backend,
      kernels: `kernels in WGSL on ${adapter || driver || 'a GPU that gives no name'}`,
      lost: backend.device.lost,
    }
  },

  async webgl2() {
    const { GpuJsBackend } = await import('./gpu-js/gpu-js-backend.js')
    const backend = new GpuJsBackend('webgl2')
    return {
      name: 'webgl2',
      backend,
      kernels: `transforms and circulant products by ${await backend.check()}, the rest by the reference kernels`,
    }
  },

  async wasm() {
    const { wasm } = await import('@gyre/wasm')
    // A page's own thread may not wait for others.
    const backend = await wasm({ threads: 1 })
    return { name: 'wasm', backend, kernels: `${backend.status.variant} kernels on one thread` }
  },

  async js() {
    return { name: 'js', backend: jsBackend, kernels: 'the reference kernels, made to be read' }
  },
}
