import {
  type CirculantSize,
  createGpuCirculant,
  createGpuFft,
  type GpuBackend,
  type GpuCirculant,
  type GpuFft,
} from '@gyre/fft/gpu'

/** gpu.js's kernels for each length and each size of a matrix: made on first use and kept, as they are compiled then. */
export class GpuJsPlans {
  readonly #backend: GpuBackend
  readonly #transforms = new Map<number, Promise<GpuFft>>()
  readonly #circulants = new Map<string, Promise<GpuCirculant>>()

  constructor(backend: GpuBackend) {
    this.#backend = backend
  }

  transform(n: number): Promise<GpuFft> {
    const plan = this.#transforms.get(n) ?? createGpuFft(n, { backend: this.#backend })
    this.#transforms.set(n, plan)
    return plan
  }

  circulant(size: CirculantSize): Promise<GpuCirculant> {
    const key = `${size.outFeatures} ${size.inFeatures} ${size.blockSize}`
    const plan = this.#circulants.get(key) ?? createGpuCirculant(size, { backend: this.#backend })
    this.#circulants.set(key, plan)
    return plan
  }
}
