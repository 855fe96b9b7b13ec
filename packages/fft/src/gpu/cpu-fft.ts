import { createFft } from '../create-fft.js'
import type { FftPlan } from '../fft-plan.js'
import type { GpuArray } from './gpu-array.js'
import { GpuFft, type Transform } from './gpu-fft.js'
import type { KernelRunner } from './kernel-runner.js'

/** Lengths for which there is no kernel: the plan of `createFft`, with rows read from the device and put back. */
export class CpuFft extends GpuFft {
  readonly kernel: string
  readonly #plan: FftPlan<'float32'>

  constructor(n: number, runner: KernelRunner) {
    super(n, runner)
    this.#plan = createFft(n)
    this.kernel = `cpu ${this.#plan.algorithm}`
  }

  protected async runOnDevice(transform: Transform, x: GpuArray): Promise<GpuArray> {
    return this.upload(this.#plan[transform](await x.read()), x.rows)
  }

  protected override async runOnArray(transform: Transform, x: Float32Array): Promise<Float32Array> {
    return this.#plan[transform](x)
  }

  async destroy(): Promise<void> {}
}
