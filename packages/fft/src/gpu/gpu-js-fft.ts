import type { GpuArray } from './gpu-array.js'
import { joinRows } from './gpu-array.js'
import { GpuFft, type Transform } from './gpu-fft.js'
import type { GpuJsPipeline } from './gpu-js.js'
import type { Kernel, KernelRunner } from './kernel-runner.js'
import { joinKernel, splitKernel } from './real-kernels.js'
import { stagesKernel, stagesPerKernel } from './stage-kernels.js'
import { unitRoots } from './unit-roots.js'

/** One kernel of a transform: the numbers that it is called with, behind the rows, and the width of what it makes. */
interface Step {
  readonly kernel: Kernel
  readonly scalars: readonly number[]
  readonly width: number
}

/** The transforms of n, a power of two from 2 on, by gpu.js's kernels. */
export class GpuJsFft extends GpuFft {
  readonly kernel: string
  readonly #steps: { readonly [T in Transform]: readonly Step[] }
  readonly #kernels: readonly Kernel[]
  /** For arrays: all steps as one call of gpu.js. */
  readonly #pipelines = new Map<Transform, { readonly rows: number; readonly pipeline: GpuJsPipeline }>()

  constructor(n: number, runner: KernelRunner) {
    super(n, runner)
    this.kernel = `gpu.js ${runner.backend} radix-2`
    const half = n / 2
    const roots = unitRoots(n)
    const ofWhole = stageKernels(runner, n, roots)
    const ofHalf = stageKernels(
      runner,
      half,
      roots.filter((_, at) => at % 4 < 2),
    )
    const split = runner.createKernel(splitKernel, { half, perHalf: 1 / half, roots })
    const join = runner.createKernel(joinKernel, { half, roots })
    this.#kernels = [...ofWhole, ...ofHalf, split, join]
    this.#steps = {
      forward: stageSteps(ofWhole, n, 1),
      inverse: stageSteps(ofWhole, n, -1),
      realForward: [...stageSteps(ofHalf, half, 1), { kernel: split, scalars: [], width: n + 2 }],
      realInverse: [{ kernel: join, scalars: [], width: n }, ...stageSteps(ofHalf, half, -1)],
    }
  }

  protected async runOnDevice(transform: Transform, x: GpuArray): Promise<GpuArray> {
    let rows = x
    for (const { kernel, scalars, width } of this.#steps[transform]) {
      const next = await kernel.run({ rows: x.rows, width }, rows, ...scalars)
      if (rows !== x) rows.delete()
      rows = next
    }
    // n = 2 as real numbers: its half has no stages.
    return rows
  }

  protected override async runOnArray(
    transform: Transform,
    x: Float32Array,
    rows: number,
    width: number,
  ): Promise<Float32Array> {
    if (this.backend === 'webgl2' || this.backend === 'cpu') {
      this.executor = 'kernel by kernel'
      return super.runOnArray(transform, x, rows, width)
    }
    const input = this.runner.hostArgument(x.slice(), { rows, width: x.length / rows })
    return this.runner.inTurn(async () => {
      const pipeline = await this.#pipeline(transform, rows)
      const result = await pipeline(input)
      this.executor = pipeline.executorKind
      this.fallbackReason = pipeline.fallbackReason ?? undefined
      return joinRows(result, { rows, width })
    })
  }

  /** A pipeline has memory for its number of rows; the last is kept. */
  async #pipeline(transform: Transform, rows: number): Promise<GpuJsPipeline> {
    const last = this.#pipelines.get(transform)
    if (last?.rows === rows) return last.pipeline
    await last?.pipeline.destroy()
    const pipeline = this.runner.createPipeline((x) =>
      this.#steps[transform].reduce(
        (value: unknown, { kernel, scalars, width }) => kernel.record({ rows, width }, value, ...scalars),
        x,
      ),
    )
    this.#pipelines.set(transform, { rows, pipeline })
    return pipeline
  }

  async destroy(): Promise<void> {
    await this.runner.inTurn(async () => {
      for (const { pipeline } of this.#pipelines.values()) await pipeline.destroy()
      this.#pipelines.clear()
      for (const kernel of this.#kernels) kernel.destroy()
    })
  }
}

/** A kernel for 1, 2, … stages at once. */
function stageKernels(runner: KernelRunner, n: number, roots: Float32Array): Kernel[] {
  const most = Math.min(stagesPerKernel, Math.log2(n))
  return Array.from({ length: most }, (_, index) =>
    runner.createKernel(stagesKernel(index + 1), { n, perN: 1 / n, roots }),
  )
}

/** The steps of the complex transform of n; the inverse, of sign −1, is scaled by 1/n in the last. */
function stageSteps(kernels: readonly Kernel[], n: number, sign: 1 | -1): Step[] {
  const steps: Step[] = []
  for (let left = n; left > 1; ) {
    const stages = Math.min(stagesPerKernel, Math.log2(left))
    left /= 2 ** stages
    const scale = left === 1 && sign === -1 ? 1 / n : 1
    steps.push({ kernel: kernels[stages - 1]!, scalars: [left, 1 / left, sign, scale], width: 2 * n })
  }
  return steps
}
