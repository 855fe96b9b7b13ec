import { FftLengthError, FftTypeError } from '../fft-error.js'
import { checkRows } from '../rows.js'
import type { GpuArray } from './gpu-array.js'
import type { GpuBackend } from './gpu-js.js'
import type { KernelRunner } from './kernel-runner.js'

/** The four methods that a plan has, by name. */
export type Transform = 'forward' | 'inverse' | 'realForward' | 'realInverse'

/**
 * The transforms of one length on a GPU; made by `createGpuFft` and `createWgslFft`. Formulas, layouts and scaling are
 * those of `FftPlan` (`createFft`), in float32.
 *
 * Every method takes rows on the device (a `GpuArray`) and gives new ones, which stay there; or an array, which is
 * uploaded, transformed and read back: then the arguments are those of `FftPlan`. Calls may overlap; they run one after
 * the other.
 *
 * An array of the wrong type is an `FftTypeError`, one of the wrong length an `FftLengthError`.
 */
export abstract class GpuFft {
  readonly precision = 'float32'
  /** What really runs, in words: `gpu.js webgpu radix-2`, `wgsl radix-2`, `cpu bluestein 2048`. */
  abstract readonly kernel: string
  /**
   * How gpu.js ran the last transform of an array: `fused-encoder` is one submission to WebGPU, `fused-threaded` and
   * `fused-sync` are one call of WebAssembly; otherwise `kernel by kernel` or `generic`.
   */
  executor: string | undefined
  /** Why gpu.js ran it kernel by kernel although the backend can do better. */
  fallbackReason: string | undefined

  constructor(
    readonly n: number,
    protected readonly runner: KernelRunner,
  ) {}

  get backend(): GpuBackend {
    return this.runner.backend
  }

  /** A copy of the numbers on the device, as rows of equal width. */
  upload(values: Float32Array, rows = 1): Promise<GpuArray> {
    return this.runner.upload(values, rows)
  }

  /** Shapes: x [batch, n complex] -> [batch, n complex]; not scaled. */
  forward(x: GpuArray): Promise<GpuArray>
  forward(x: Float32Array, out?: Float32Array, batch?: number): Promise<Float32Array>
  forward(x: Rows, out?: Float32Array, batch?: number): Promise<Rows> {
    return this.#transform('forward', x, out, batch)
  }

  /** Shapes: X [batch, n complex] -> [batch, n complex]; scaled by 1/n, so that it undoes `forward`. */
  inverse(X: GpuArray): Promise<GpuArray>
  inverse(X: Float32Array, out?: Float32Array, batch?: number): Promise<Float32Array>
  inverse(X: Rows, out?: Float32Array, batch?: number): Promise<Rows> {
    return this.#transform('inverse', X, out, batch)
  }

  /** Shapes: x [batch, n real] -> [batch, ⌊n/2⌋ + 1 complex]; not scaled. */
  realForward(x: GpuArray): Promise<GpuArray>
  realForward(x: Float32Array, out?: Float32Array, batch?: number): Promise<Float32Array>
  realForward(x: Rows, out?: Float32Array, batch?: number): Promise<Rows> {
    return this.#transform('realForward', x, out, batch)
  }

  /**
   * Shapes: X [batch, ⌊n/2⌋ + 1 complex] -> [batch, n real]; scaled by 1/n, so that it undoes `realForward`. The
   * imaginary parts of X[0] and, for even n, of X[n/2] are ignored.
   */
  realInverse(X: GpuArray): Promise<GpuArray>
  realInverse(X: Float32Array, out?: Float32Array, batch?: number): Promise<Float32Array>
  realInverse(X: Rows, out?: Float32Array, batch?: number): Promise<Rows> {
    return this.#transform('realInverse', X, out, batch)
  }

  /** Frees kernels and tables. Rows that the plan made live on. */
  abstract destroy(): Promise<void>

  /** Rows on the device to new rows of `width` numbers on the device. */
  protected abstract runOnDevice(transform: Transform, x: GpuArray, width: number): Promise<GpuArray>

  /** Rows in an array to rows in a new array. */
  protected async runOnArray(
    transform: Transform,
    x: Float32Array,
    rows: number,
    width: number,
  ): Promise<Float32Array> {
    const input = await this.upload(x, rows)
    const output = await this.runOnDevice(transform, input, width)
    input.delete()
    try {
      return await output.read()
    } finally {
      output.delete()
    }
  }

  async #transform(
    transform: Transform,
    x: Rows,
    out: Float32Array | undefined,
    batch: number | undefined,
  ): Promise<Rows> {
    const [width, outWidth] = this.#widths(transform)
    if (isArray(x)) {
      const target = checkRows(transform, this, x, width, out, outWidth, batch)
      const rows = x.length / width
      if (rows > 0) target.set(await this.runOnArray(transform, x, rows, outWidth))
      return target
    }
    if (x.runner !== this.runner) {
      throw new FftTypeError(
        `${transform}: expected rows on this plan's device (${this.backend}), got rows of ${x.backend}: read and upload them`,
      )
    }
    if (x.width !== width) {
      throw new FftLengthError(
        `${transform}: expected rows of ${width} numbers (for n = ${this.n}), got rows of ${x.width}`,
      )
    }
    return this.runOnDevice(transform, x, outWidth)
  }

  /** Numbers a row, before and after. */
  #widths(transform: Transform): readonly [number, number] {
    const complex = 2 * this.n
    const half = 2 * Math.floor(this.n / 2) + 2
    if (transform === 'realForward') return [this.n, half]
    if (transform === 'realInverse') return [half, this.n]
    return [complex, complex]
  }
}

type Rows = GpuArray | Float32Array

function isArray(x: Rows): x is Float32Array {
  // What is neither is told so where arrays are checked.
  return !(typeof x === 'object' && x !== null && 'runner' in x)
}
