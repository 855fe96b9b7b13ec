export { chirp } from '../chirp.js'
export { FftLengthError, FftTypeError, GpuUnavailableError } from '../fft-error.js'
export { type CirculantSize, createGpuCirculant, type GpuCirculant } from './circulant.js'
export { createGpuFft } from './create-gpu-fft.js'
export { acquireGpu, type GpuContext, releaseGpu } from './device.js'
export type { GpuArray } from './gpu-array.js'
export type { GpuFft } from './gpu-fft.js'
export type { GpuBackend } from './gpu-js.js'
export { hasWebGl2 } from './kernel-runner.js'
export { unitRoots } from './unit-roots.js'
export { type FftShader, type FftShaderOptions, fftShader } from './wgsl/fft-shader.js'
export type { Direction } from './wgsl/unrolled-transform.js'
export {
  complexProduct,
  type WorkgroupFft,
  type WorkgroupFftOptions,
  workgroupFft,
} from './wgsl/workgroup-fft.js'
export { createWgslFft } from './wgsl-fft.js'
