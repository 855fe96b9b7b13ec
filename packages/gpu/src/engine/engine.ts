import type { GpuContext } from '@gyre/fft/gpu'
import { BackendError, type Data, type TensorSpec } from '@gyre/tensor'
import { bytesOnDevice, fromDevice } from '../data-on-device.js'
import { Block } from '../program/block.js'
import type { Constants, MakeError } from '../program/recorder.js'
import { refusalWords, type Shader } from '../program/shader.js'
import { Buffers } from './buffers.js'
import { Pipelines } from './pipelines.js'

/** A device with its memory, its compiled kernels and its queue. */
export class Engine implements Constants {
  readonly context: GpuContext
  readonly device: GPUDevice
  readonly buffers: Buffers
  readonly pipelines: Pipelines
  /** Command buffers handed to the queue, and times that somebody waited for the device. */
  submissions = 0
  waits = 0
  readonly #tables = new Map<string, { readonly block: Block; readonly buffer: GPUBuffer }>()
  readonly #tableAt = new Map<Block, GPUBuffer>()
  readonly #staging: GPUBuffer[] = []
  readonly #collected = new FinalizationRegistry<GPUBuffer>((buffer) => this.buffers.release(buffer))
  #failure: BackendError | undefined

  constructor(context: GpuContext) {
    this.context = context
    this.device = context.device
    this.buffers = new Buffers(this.device)
    this.pipelines = new Pipelines(this.device)
    this.device.lost.then(({ reason, message }) => {
      this.#failure = new BackendError(`gpu: the device was lost (${reason}): ${message}`)
    })
    this.device.addEventListener('uncapturederror', ({ error }) => {
      this.#failure ??= new BackendError(`gpu: ${error.message}`)
    })
  }

  /** Throws what the device has reported since it was opened: nothing computed after that can be trusted. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** A table's block, written on first use. */
  get(name: string, make: () => Data): Block {
    const known = this.#tables.get(name)
    if (known) return known.block
    const data = make()
    const block = new Block(data.byteLength)
    const buffer = this.buffers.take(data.byteLength, `the table ${name}`)
    this.device.queue.writeBuffer(buffer, 0, data as GPUAllowSharedBufferSource)
    this.#tables.set(name, { block, buffer })
    this.#tableAt.set(block, buffer)
    return block
  }

  /** The buffer of a table's block; undefined for any other block. */
  tableAt(block: Block): GPUBuffer | undefined {
    return this.#tableAt.get(block)
  }

  /** Memory that is released when `owner` is collected. */
  takeFor(owner: object, bytes: number, where: string): GPUBuffer {
    const buffer = this.buffers.take(bytes, where)
    this.#collected.register(owner, buffer, owner)
    return buffer
  }

  /** Releases memory before its owner is collected. */
  releaseOf(owner: object, buffer: GPUBuffer): void {
    this.#collected.unregister(owner)
    this.buffers.release(buffer)
  }

  bindGroup(
    shader: Shader,
    bufferOf: (block: Block) => GPUBuffer,
    refused: GPUBuffer | undefined,
  ): GPUBindGroup {
    const buffers = shader.bindings.map(({ block }) => bufferOf(block))
    if (shader.mayRefuse) buffers.push(refused!)
    const most = this.device.limits.maxStorageBuffersPerShaderStage
    if (buffers.length > most) {
      throw new BackendError(
        `gpu: ${shader.name} needs ${buffers.length} buffers; this device gives a kernel at most ${most}`,
      )
    }
    if (shader.sizes.length > 0) {
      const sizes = this.get(`sizes ${shader.sizes.join()}`, () => Int32Array.from(shader.sizes))
      buffers.push(this.#tableAt.get(sizes)!)
    }
    return this.device.createBindGroup({
      label: shader.name,
      layout: this.pipelines.get(shader).layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
  }

  submit(encoder: GPUCommandEncoder): void {
    this.check()
    this.device.queue.submit([encoder.finish()])
    this.submissions++
  }

  /**
   * Puts copies of buffers, and of a refusal, at the end of `encoder`. What it returns is called when that has been
   * submitted, and gives the numbers when they have arrived; it rejects with a refusal's error, or the device's.
   */
  readBack(
    encoder: GPUCommandEncoder,
    sources: readonly { readonly spec: TensorSpec; readonly buffer: GPUBuffer }[],
    refusal?: { readonly buffer: GPUBuffer; readonly guards: readonly MakeError[] },
  ): () => Promise<readonly Data[]> {
    const refusalBytes = 4 * refusalWords
    let bytes = 16
    const offsets = sources.map(({ spec }) => {
      const offset = bytes
      bytes += Math.ceil(bytesOnDevice(spec) / 8) * 8
      return offset
    })
    const staging = this.#takeStaging(bytes)
    if (refusal) encoder.copyBufferToBuffer(refusal.buffer, 0, staging, 0, refusalBytes)
    sources.forEach(({ spec, buffer }, i) => {
      const size = bytesOnDevice(spec)
      if (size > 0) encoder.copyBufferToBuffer(buffer, 0, staging, offsets[i]!, size)
    })
    return async () => {
      this.waits++
      try {
        await staging.mapAsync(GPUMapMode.READ, 0, staging.size)
      } catch (error) {
        this.check()
        throw new BackendError(`gpu: numbers could not be read back: ${(error as Error).message}`)
      }
      this.check()
      const mapped = staging.getMappedRange()
      const data = sources.map(({ spec }, i) => fromDevice(spec, mapped, offsets[i]!))
      const [guard, position, value] = refusal ? [...new Int32Array(mapped, 0, refusalWords)] : [0]
      staging.unmap()
      this.#staging.push(staging)
      if (guard) throw refusal!.guards[guard - 1]!(position!, value!)
      return data
    }
  }

  /** A buffer that the processor can read, of at least so many bytes. */
  #takeStaging(bytes: number): GPUBuffer {
    const at = this.#staging.findIndex(({ size }) => size >= bytes && size <= 4 * bytes + 4096)
    if (at >= 0) return this.#staging.splice(at, 1)[0]!
    // A few wait for their next use; others go.
    while (this.#staging.length > 8) this.#staging.shift()!.destroy()
    return this.device.createBuffer({
      size: Math.max(1024, 2 ** Math.ceil(Math.log2(bytes))),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
  }
}
