import { createFft } from '@gyre/fft'
import {
  createGpuCirculant,
  createGpuFft,
  createWgslFft,
  type GpuArray,
  type GpuBackend,
  type GpuFft,
} from '@gyre/fft/gpu'
import { noise } from '../../../packages/fft/test/noise.js'
import { relativeError } from '../../../packages/fft/test/relative-error.js'

/** What the transforms of one length were run by, and how far the worst of them is from the plan in float64. */
export interface LengthReport {
  readonly n: number
  readonly kernel: string
  readonly error: number
}

export interface FftReport {
  readonly gpuJs: readonly LengthReport[]
  /** WebGPU's only. */
  readonly wgsl: readonly LengthReport[]
  /** What the block-circulant product was run by; how far it and its gradients are from those on the CPU. */
  readonly circulant: { readonly kernel: string; readonly errors: readonly number[] }
}

const batch = 3

async function checkLength(n: number, plan: GpuFft): Promise<LengthReport> {
  const exact = createFft(n, { precision: 'float64' })
  const errors: number[] = []
  const widths = { forward: 2 * n, inverse: 2 * n, realForward: n, realInverse: n + 2 }
  for (const transform of ['forward', 'inverse', 'realForward', 'realInverse'] as const) {
    const x = Float32Array.from(noise(widths[transform] * batch, n))
    const rows = await plan.upload(x, batch)
    const result = await plan[transform](rows)
    errors.push(relativeError(await result.read(), exact[transform](Float64Array.from(x))))
    errors.push(relativeError(await plan[transform](x), exact[transform](Float64Array.from(x))))
    rows.delete()
    result.delete()
  }
  await plan.destroy()
  return { n, kernel: plan.kernel, error: Math.max(...errors) }
}

/** The product and both gradients, and the backend's own word for its kernel. */
async function circulant(backend: GpuBackend): Promise<{ kernel: string; results: Float32Array[] }> {
  const layer = await createGpuCirculant({ inFeatures: 96, outFeatures: 64, blockSize: 32 }, { backend })
  const upload = (length: number, rows: number) =>
    layer.upload(Float32Array.from(noise(length, length)), rows)
  const X = await layer.inputSpectrum(await upload(5 * 96, 5))
  const C = await layer.weightSpectrum(await upload(6 * 32, 6))
  const G = await layer.outputSpectrum(await upload(5 * 64, 5))
  const results: GpuArray[] = [
    await layer.product(X, C),
    await layer.inputGradient(G, C),
    await layer.weightGradient(G, X),
  ]
  return { kernel: layer.kernel, results: await Promise.all(results.map((each) => each.read())) }
}

async function check(backend: 'webgl2' | 'webgpu', lengths: readonly number[]): Promise<FftReport> {
  const gpuJs: LengthReport[] = []
  const wgsl: LengthReport[] = []
  for (const n of lengths) gpuJs.push(await checkLength(n, await createGpuFft(n, { backend })))
  if (backend === 'webgpu') {
    for (const n of [64, 1024]) wgsl.push(await checkLength(n, await createWgslFft(n)))
  }
  const here = await circulant(backend)
  const onCpu = await circulant('cpu')
  const errors = here.results.map((result, index) => relativeError(result, onCpu.results[index]!))
  return { gpuJs, wgsl, circulant: { kernel: here.kernel, errors } }
}

Object.assign(globalThis, { check })
