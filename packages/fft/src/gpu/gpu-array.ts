import { FftTypeError } from '../fft-error.js'
import type { GpuContext } from './device.js'
import type { DeviceRows, GpuBackend } from './gpu-js.js'
import type { KernelRunner } from './kernel-runner.js'

/** How many rows, and how many numbers each. */
export interface RowsShape {
  readonly rows: number
  readonly width: number
}

/**
 * Rows of float32 numbers where a backend's kernels find them: in a buffer of WebGPU, a texture of WebGL, or an array.
 * They never change. Delete what you no longer need: nobody else does.
 *
 * In Node, WebGPU frees deleted memory when it is waited for; so does every `read`.
 */
export class GpuArray {
  #value: DeviceRows | Float32Array | undefined

  /** Made by `upload` and by the transforms. */
  constructor(
    readonly runner: KernelRunner,
    value: DeviceRows | Float32Array,
    readonly rows: number,
    /** Numbers a row. */
    readonly width: number,
  ) {
    this.#value = value
  }

  get backend(): GpuBackend {
    return this.runner.backend
  }

  /** What gpu.js's kernels take. */
  get argument(): unknown {
    const value = this.#live
    return isOnDevice(value) ? value : this.runner.hostArgument(value, this)
  }

  /** WebGPU's buffer: rows one after the other. `undefined` on other backends. */
  get buffer(): GPUBuffer | undefined {
    const value = this.#live
    return isOnDevice(value) ? value.buffer : undefined
  }

  /** The same numbers as rows of another width, in the same memory, which lives until both are deleted. */
  reshape(rows: number, width: number): GpuArray {
    const value = this.#live
    if (rows * width !== this.rows * this.width) {
      throw new FftTypeError(`reshape: ${this.rows} × ${this.width} numbers are not ${rows} × ${width}`)
    }
    if (!isOnDevice(value)) {
      return new GpuArray(this.runner, value, rows, width)
    }
    const clone = value.clone()
    clone.output = this.runner.sizeOf({ rows, width })
    if (clone.dimensions !== undefined) clone.dimensions = clone.output
    return new GpuArray(this.runner, clone, rows, width)
  }

  /** The numbers, row after row. */
  async read(): Promise<Float32Array> {
    const value = this.#live
    if (!isOnDevice(value)) return value.slice()
    if (value.buffer !== undefined) return readBuffer(this.runner.context!, value.buffer)
    return joinRows(value.toArray().flat(), this)
  }

  /** Gives the memory back; the rows cannot be used any more. */
  delete(): void {
    if (this.#value !== undefined && isOnDevice(this.#value)) this.#value.delete()
    this.#value = undefined
  }

  get #live(): DeviceRows | Float32Array {
    if (this.#value === undefined) throw new FftTypeError('gpu: the rows have been deleted')
    return this.#value
  }
}

function isOnDevice(value: DeviceRows | Float32Array): value is DeviceRows {
  return !(value instanceof Float32Array)
}

async function readBuffer({ device }: GpuContext, buffer: GPUBuffer): Promise<Float32Array> {
  const { size } = buffer
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  try {
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size)
    device.queue.submit([encoder.finish()])
    await staging.mapAsync(GPUMapMode.READ)
    return new Float32Array(staging.getMappedRange().slice(0))
  } finally {
    staging.destroy()
  }
}

/** The numbers of all rows, one row after the other. */
export function joinRows(rows: readonly Float32Array[], shape: RowsShape): Float32Array {
  const total = shape.rows * shape.width
  const { buffer } = rows[0]!
  // Most backends cut the rows out of one array, in order.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === 4 * total) return new Float32Array(buffer)
  const joined = new Float32Array(total)
  rows.forEach((row, index) => {
    joined.set(row, index * shape.width)
  })
  return joined
}
