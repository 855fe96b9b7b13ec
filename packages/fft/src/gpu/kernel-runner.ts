import { FftLengthError, FftTypeError, GpuUnavailableError } from '../fft-error.js'
import { acquireGpu, type GpuContext } from './device.js'
import { GpuArray, joinRows, type RowsShape } from './gpu-array.js'
import {
  type GpuBackend,
  type GpuJs,
  type GpuJsInstance,
  type GpuJsKernel,
  type GpuJsPipeline,
  type KernelResult,
  loadGpuJs,
} from './gpu-js.js'

const runners = new Map<GpuBackend, KernelRunner>()

/**
 * gpu.js on one backend; one for all plans, so that what one makes another can read. Without a choice: WebGPU where
 * there is an adapter, otherwise WebGL2 in browsers, otherwise WebAssembly.
 *
 * @throws GpuUnavailableError where the chosen backend cannot be had.
 */
export async function openRunner(choice?: GpuBackend): Promise<KernelRunner> {
  const backend = choice ?? (await bestBackend())
  if (!['webgpu', 'webgl2', 'webasm', 'cpu'].includes(backend)) {
    throw new FftTypeError(`expected backend to be webgpu, webgl2, webasm or cpu, got ${String(backend)}`)
  }
  if (backend === 'webgl2' && !hasWebGl2()) {
    throw new GpuUnavailableError(
      'gpu: no WebGL2 here; it needs a browser. The backends webasm and cpu run everywhere',
    )
  }
  const gpuJs = await loadGpuJs()
  const context = backend === 'webgpu' ? await acquireGpu() : undefined
  const open = runners.get(backend)
  // A device that was lost or released has taken its kernels and buffers with it.
  if (open !== undefined && open.context === context) return open
  const runner = new KernelRunner(backend, gpuJs, context)
  runners.set(backend, runner)
  return runner
}

async function bestBackend(): Promise<GpuBackend> {
  try {
    await acquireGpu()
    return 'webgpu'
  } catch {
    return hasWebGl2() ? 'webgl2' : 'webasm'
  }
}

let webGl2: boolean | undefined

/** Whether there is WebGL2: asked once, since a page may have few contexts, and each question takes one. */
export function hasWebGl2(): boolean {
  webGl2 ??= opensWebGl2()
  return webGl2
}

function opensWebGl2(): boolean {
  const canvas =
    typeof OffscreenCanvas !== 'undefined'
      ? new OffscreenCanvas(1, 1)
      : typeof document !== 'undefined'
        ? document.createElement('canvas')
        : undefined
  return canvas !== undefined && canvas.getContext('webgl2') !== null
}

/** gpu.js on one backend: makes kernels, and puts numbers where they read them. */
export class KernelRunner {
  readonly #gpu: GpuJsInstance
  #copy: Kernel | undefined
  /** Calls take their turn: gpu.js asks a kernel for the size of its result at a later time than its arguments. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    readonly backend: GpuBackend,
    readonly gpuJs: GpuJs,
    /** WebGPU's device. */
    readonly context: GpuContext | undefined,
  ) {
    this.#gpu = new gpuJs.GPU({ mode: backend })
  }

  /** A kernel from its text, with numbers and tables that it finds in `this.constants`. */
  createKernel(source: string, constants: { readonly [name: string]: number | Float32Array } = {}): Kernel {
    const constantTypes = Object.fromEntries(
      Object.entries(constants).map(
        ([name, value]) => [name, typeof value === 'number' ? 'Float' : 'Array'] as const,
      ),
    )
    const kernel = this.#gpu.createKernel(this.#inItsDimensions(source), {
      constants,
      constantTypes,
      precision: 'single',
      tactic: 'precision',
      pipeline: true,
      immutable: true,
      dynamicOutput: true,
      dynamicArguments: true,
      loopMaxIterations: 2 ** 24,
    })
    return new Kernel(this, kernel)
  }

  createPipeline(steps: (x: unknown) => unknown): GpuJsPipeline {
    return this.#gpu.createPipeline(steps)
  }

  /** A copy of the numbers where kernels read them, as rows of equal width. */
  async upload(values: Float32Array, rows: number): Promise<GpuArray> {
    const width = values.length / rows
    if (!Number.isSafeInteger(rows) || rows < 1 || !Number.isInteger(width) || width === 0) {
      throw new FftTypeError(
        `upload: expected a whole number of rows that divides the ${values.length} numbers, got ${rows}`,
      )
    }
    if (this.context !== undefined)
      return this.adopt(this.createBuffer(values.byteLength, values), { rows, width })
    if (this.backend !== 'webgl2') return new GpuArray(this, values.slice(), rows, width)
    this.#copy ??= this.createKernel('function copy(x) { return x[this.thread.y][this.thread.x]; }')
    return this.#copy.run({ rows, width }, new GpuArray(this, values.slice(), rows, width))
  }

  /** A buffer on WebGPU's device, for kernels to read and write, with these numbers. */
  createBuffer(size: number, values?: Float32Array): GPUBuffer {
    const { device } = this.context!
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
    if (size > most) {
      throw new FftLengthError(`gpu: the device allows ${most} bytes in one buffer; these rows take ${size}`)
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const buffer = device.createBuffer({ size, usage, mappedAtCreation: values !== undefined })
    if (values !== undefined) {
      new Float32Array(buffer.getMappedRange()).set(values)
      buffer.unmap()
    }
    return buffer
  }

  /** Makes rows of a buffer on `acquireGpu`'s device, which ends with them. */
  adopt(buffer: GPUBuffer, { rows, width }: RowsShape): GpuArray {
    const { WebGPUBufferResult } = this.gpuJs
    const output = this.sizeOf({ rows, width })
    const value = new WebGPUBufferResult({ buffer, output, context: this.context! })
    return new GpuArray(this, value, rows, width)
  }

  /**
   * Rows as gpu.js's dimensions, width first: two of them, but three on WebGL. There, a texture for two is as wide as
   * the rows and as high as there are rows, and textures end at some 8192; those for three are square.
   */
  sizeOf({ rows, width }: RowsShape): readonly number[] {
    return this.backend === 'webgl2' ? [width, 1, rows] : [width, rows]
  }

  #inItsDimensions(source: string): string {
    if (this.backend !== 'webgl2') return source
    return source.replaceAll('this.thread.y', 'this.thread.z').replaceAll('][', '][0][')
  }

  /** Numbers in the memory of JavaScript as an argument of kernels. */
  hostArgument(values: Float32Array, { rows, width }: RowsShape): unknown {
    if (this.backend !== 'cpu') return this.gpuJs.input(values, this.sizeOf({ rows, width }))
    // On the CPU, gpu.js takes the result's width for that of such an input.
    return Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width))
  }

  /** Runs `call` after all that was asked for before it. */
  inTurn<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(call)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

export class Kernel {
  constructor(
    readonly runner: KernelRunner,
    readonly gpuJsKernel: GpuJsKernel,
  ) {}

  /** Runs the kernel once for each number of the result. */
  run(shape: RowsShape, ...args: readonly (GpuArray | number)[]): Promise<GpuArray> {
    const values = args.map((each) => (typeof each === 'number' ? each : each.argument))
    return this.runner.inTurn(async () => {
      const result = await this.record(shape, ...values)
      const { constructor: ran, fallbackReason } = this.gpuJsKernel.kernel
      if (ran.mode === 'cpu' && this.runner.backend !== 'cpu') {
        throw new GpuUnavailableError(
          `gpu: gpu.js ran a kernel on the CPU instead of ${this.runner.backend}: ${fallbackReason}`,
        )
      }
      // Where there is no device, gpu.js gives the rows one by one.
      const value = isRows(result) ? joinRows(result, shape) : result
      return new GpuArray(this.runner, value, shape.rows, shape.width)
    })
  }

  /** The call as gpu.js has it: what a pipeline records, and what is run otherwise. */
  record(shape: RowsShape, ...values: readonly unknown[]): KernelResult | Promise<KernelResult> {
    this.gpuJsKernel.setOutput(this.runner.sizeOf(shape))
    return this.gpuJsKernel(...values)
  }

  destroy(): void {
    // WebGL's: all kernels of gpu.js draw the square of the one built last, which must not end with its kernel.
    this.gpuJsKernel.kernel.buffer = null
    this.gpuJsKernel.destroy()
  }
}

function isRows(result: KernelResult): result is readonly Float32Array[] {
  return Array.isArray(result)
}
