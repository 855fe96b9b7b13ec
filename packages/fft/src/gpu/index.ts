export { GpuUnavailableError } from '../fft-error.js'
export { acquireGpu, type GpuContext, releaseGpu } from './device.js'
