import { describe } from 'vitest'
import { acquireGpu, type GpuBackend } from '../src/gpu/index.js'

/** Why WebGPU's tests cannot run in this process; undefined where they can. */
export const noAdapter = await acquireGpu().then(
  () => undefined,
  (error: Error) => error.message,
)

/** Declares tests that need WebGPU's adapter; without one they are skipped, and the report says why. */
export function withAdapter(name: string, declare: () => void): void {
  if (noAdapter === undefined) describe(name, declare)
  else describe.skip(`${name} (${noAdapter})`, declare)
}

/** Declares the same tests for each of gpu.js's backends that there are in Node. */
export function onGpuBackends(declare: (backend: GpuBackend) => void): void {
  withAdapter('on webgpu', () => declare('webgpu'))
  describe('on webasm', () => declare('webasm'))
  describe('on cpu', () => declare('cpu'))
}
