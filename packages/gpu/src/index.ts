/// <reference types="@webgpu/types" preserve="true" />
export { GpuBackend, type GpuStatus } from './backend.js'
export { type GpuOptions, gpu } from './gpu.js'
export { compositionReasons } from './kernel-table.js'
export { smallestTransformedBlock } from './lowerings/block-circulant.js'
