import { checkLength } from '../create-fft.js'
import { CpuFft } from './cpu-fft.js'
import type { GpuFft } from './gpu-fft.js'
import type { GpuBackend } from './gpu-js.js'
import { GpuJsFft } from './gpu-js-fft.js'
import { openRunner } from './kernel-runner.js'

/** Indices are float32 in gpu.js's kernels, and their tables are made for rows up to this length. */
const longest = 16384

/**
 * A plan for transforms of length n through gpu.js: on WebGPU where there is an adapter, otherwise on WebGL2 in
 * browsers, otherwise on WebAssembly, or on the `backend` that is asked for. Powers of two from 2 to 16384 run there;
 * any other length runs on the CPU as `createFft` does it, and `plan.kernel` says which it is.
 *
 * @throws FftLengthError, a RangeError, unless n is a whole number from 1 to 2^27; GpuUnavailableError where the
 * `backend` cannot be had.
 */
export async function createGpuFft(
  n: number,
  options: { readonly backend?: GpuBackend } = {},
): Promise<GpuFft> {
  checkLength('createGpuFft', n)
  const runner = await openRunner(options.backend)
  const hasKernels = n >= 2 && n <= longest && Number.isInteger(Math.log2(n))
  return hasKernels ? new GpuJsFft(n, runner) : new CpuFft(n, runner)
}
