import type { Backend } from '@gyre/tensor'
import { signal } from '@preact/signals'

/**
 * What the pictures compute on. `webgpu` is @gyre/gpu, `wasm` @gyre/wasm on one thread; `webgl2` runs transforms and
 * circulant products through gpu.js and everything else on the reference kernels; `js` is the reference.
 */
export const pictureBackendNames = ['webgpu', 'webgl2', 'wasm', 'js'] as const
export type PictureBackendName = (typeof pictureBackendNames)[number]

/** A backend that is open. */
export interface PictureBackend {
  readonly name: PictureBackendName
  readonly backend: Backend
  /** What runs there, in words. */
  readonly kernels: string
  /** Resolves when its device is gone, and everything that was there with it; absent where that cannot be. */
  readonly lost?: Promise<unknown>
}

/** The sentence that says why there is none. */
export interface UnavailableBackend {
  readonly name: PictureBackendName
  readonly unavailable: string
}

export type OpenedBackend = PictureBackend | UnavailableBackend

/**
 * The backend of the pictures: it is the process-wide one of the page, and tensors of another one are not to be used
 * once it has changed. Undefined until the first has been opened. `choose-backend.ts` is what sets it.
 */
export const pictureBackend = signal<PictureBackend | undefined>(undefined)
