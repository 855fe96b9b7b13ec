import type { Backend } from '@gyre/tensor'
import { signal } from '@preact/signals'

/**
 * What the pictures compute on. `webgpu` is @gyre/gpu, `wasm` @gyre/wasm on one thread; `webgl2` runs transforms and
 * circulant products through gpu.js and everything else on the reference kernels; `js` is the reference.
 */
export const pictureBackendNames = ['webgpu', 'webgl2', 'wasm', 'js'] as const
export type PictureBackendName = (typeof pictureBackendNames)[number]

/** A backend that is open, or the sentence that says why there is none. */
export type OpenedBackend =
  | { readonly name: PictureBackendName; readonly backend: Backend; readonly kernels: string }
  | { readonly name: PictureBackendName; readonly unavailable: string }

/**
 * The backend of the pictures: it is the process-wide one of the page, and tensors of another one are not to be used
 * once it has changed. Undefined until the first has been opened.
 */
export const pictureBackend = signal<Extract<OpenedBackend, { readonly backend: Backend }> | undefined>(
  undefined,
)
