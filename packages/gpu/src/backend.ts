import type { Graph, GraphBackend, GraphRunner } from '@gyre/graph'
import {
  type AnyOp,
  BackendError,
  type Data,
  type DType,
  keep,
  kernelIn,
  mapRecord,
  type Options,
  type SpecRecord,
  type Storage,
  type StorageRecord,
  type StoredTensor,
  scope,
  storedOn,
  storedTensor,
  type Tensor,
  type TensorRecord,
  type TensorSpec,
  valuesIn,
} from '@gyre/tensor'
import { bytesOnDevice } from './data-on-device.js'
import type { Engine } from './engine/engine.js'
import type { AnyGpuKernel, Located } from './kernel.js'
import { kernelTable } from './kernel-table.js'
import { actionsOf, encodeActions, fusedSteps } from './program/actions.js'
import { Block } from './program/block.js'
import { GraphProgram } from './program/graph-program.js'
import { wayOf } from './program/lower-node.js'
import { type MakeError, Recorder } from './program/recorder.js'
import { refusalWords } from './program/shader.js'
import { GpuStorage } from './storage.js'

/** What `GpuBackend.status` tells of itself. */
export interface GpuStatus {
  /** The adapter's own words for itself. */
  readonly adapter: string
  /** What stands between WebGPU and it, as far as the adapter tells. */
  readonly driver: string
  /** Command buffers handed to the device, and times that numbers were waited for. */
  readonly submissions: number
  readonly waits: number
  /** Buffers in use and their bytes, and bytes that wait for a new user. */
  readonly liveBuffers: number
  readonly liveBytes: number
  readonly waitingBytes: number
  /** Kernels compiled so far. */
  readonly pipelines: number
}

/**
 * Kernels in WGSL on gpu.js's device. A compiled graph is one submission; an op that is called eagerly is one of its
 * own, and does not wait: `await t.data()` does.
 */
export class GpuBackend implements GraphBackend {
  readonly name = 'gpu'
  readonly #engine: Engine
  /** Bytes that eager tensors may hold. */
  readonly #eagerBytes: number
  #guards: MakeError[] = []
  #refused: GPUBuffer | undefined

  constructor(engine: Engine, eagerBytes: number) {
    this.#engine = engine
    this.#eagerBytes = eagerBytes
  }

  get device(): GPUDevice {
    return this.#engine.device
  }

  get status(): GpuStatus {
    const { context, submissions, waits, buffers, pipelines } = this.#engine
    const { vendor, architecture, device, description } = context.adapter.info
    const named = (words: readonly string[]): string => words.filter((word) => word !== '').join(', ')
    return {
      adapter: named([device || architecture || vendor, vendor]),
      driver: description,
      submissions,
      waits,
      liveBuffers: buffers.liveBuffers,
      liveBytes: buffers.liveBytes,
      waitingBytes: buffers.waitingBytes,
      pipelines: pipelines.count,
    }
  }

  store(spec: TensorSpec, data: Data): GpuStorage {
    return GpuStorage.of(this.#engine, spec, data)
  }

  zeros(spec: TensorSpec): GpuStorage {
    return GpuStorage.of(this.#engine, spec, 'zeros')
  }

  run(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord {
    const way = wayOf(op, inputs, options, results)
    return way === 'composition'
      ? this.#runComposition(op, inputs, options, results)
      : this.#runKernel(op, way, inputs, options, results)
  }

  prepare(graph: Graph): GraphRunner {
    return new GraphProgram(graph, this.#engine, this)
  }

  copy({ shape, dtype, storage }: StoredTensor): GpuStorage {
    const from = storage as GpuStorage
    if (from.data !== undefined) return this.store({ shape, dtype }, from.data.slice())
    const to = GpuStorage.onDevice(this.#engine, { shape, dtype })
    const encoder = this.#engine.device.createCommandEncoder()
    encoder.copyBufferToBuffer(from.makeResident(), 0, to.makeResident(), 0, bytesOnDevice({ shape, dtype }))
    this.#engine.submit(encoder)
    return to
  }

  kernelFor(op: AnyOp, dtype: DType): string {
    const own = kernelIn(kernelTable, op)?.dtypes.includes(dtype)
    return own ? 'wgsl' : op.view !== undefined ? 'view' : 'composition'
  }

  async read({ shape, dtype, storage }: StoredTensor): Promise<Data> {
    const stored = storage as GpuStorage
    await stored.checked
    if (stored.data !== undefined) return stored.data.slice()
    if (stored.arriving !== undefined) return (await stored.arriving).slice()
    const encoder = this.#engine.device.createCommandEncoder()
    const guards = this.#guards
    const refusal = this.#refused && { buffer: this.#refused, guards }
    const spec = { shape, dtype }
    const begin = this.#engine.readBack(encoder, [{ spec, buffer: stored.buffer! }], refusal)
    if (this.#refused) encoder.clearBuffer(this.#refused)
    this.#guards = []
    this.#engine.submit(encoder)
    const [data] = await begin()
    return data!
  }

  /** The storage's tensor has ended; kernels that still read it were queued before whoever gets its memory. */
  release(storage: Storage): void {
    ;(storage as GpuStorage).release()
  }

  #runKernel(
    op: AnyOp,
    kernel: AnyGpuKernel,
    inputs: StorageRecord,
    options: Options,
    results: SpecRecord,
  ): StorageRecord {
    const engine = this.#engine
    const recorder = new Recorder(engine.device.limits, engine, this.#guards)
    const bufferAt = new Map<Block, GPUBuffer>()
    const stored = mapRecord(results, (spec): StoredTensor => {
      return { shape: spec.shape, dtype: spec.dtype, storage: GpuStorage.onDevice(engine, spec) }
    })
    this.#checkLimit(op)
    const locate = ({ shape, dtype, storage }: StoredTensor): Located => {
      const block = new Block(bytesOnDevice({ shape, dtype }))
      bufferAt.set(block, (storage as GpuStorage).makeResident())
      return { shape, dtype, block }
    }
    const located = mapRecord(stored, locate)
    kernel.lower(mapRecord(inputs, locate), options, located, recorder)

    const made = new Set(valuesIn(located).map(({ block }) => block))
    const steps = fusedSteps(recorder.steps, (block) => made.has(block), engine.device.limits)
    const workspaces: GPUBuffer[] = []
    const bufferOf = (block: Block): GPUBuffer => {
      const known = bufferAt.get(block) ?? engine.tableAt(block)
      if (known) return known
      const buffer = engine.buffers.take(block.bytes, op.name)
      workspaces.push(buffer)
      bufferAt.set(block, buffer)
      return buffer
    }
    const encoder = engine.device.createCommandEncoder()
    if (this.#guards.length > 0 && this.#refused === undefined) {
      this.#refused = engine.takeFor(this, 4 * refusalWords, 'refusals')
      encoder.clearBuffer(this.#refused)
    }
    encodeActions(actionsOf(steps, engine), encoder, engine, bufferOf, this.#refused)
    engine.submit(encoder)
    for (const buffer of workspaces) engine.buffers.release(buffer)
    return stored
  }

  /** An op without a kernel as the simpler ops that it is made of. */
  #runComposition(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord {
    const made = scope(() => {
      // The inputs are somebody else's, and the results will be: only what is in between ends here.
      const tensors = mapRecord(inputs, (input): Tensor => keep(storedTensor(input, this, input.storage)))
      return keep(op.composition!(tensors as TensorRecord, options) as TensorRecord)
    })
    const store = (tensor: Tensor): StoredTensor => storedOn(tensor, this, op.name)
    return Object.fromEntries(
      Object.entries(results).map(([name, spec]) => {
        const value = made[name]
        if (Array.isArray(value)) return [name, value.map(store)]
        if (value !== undefined) return [name, store(value as Tensor)]
        // Saved for the backward pass of a kernel, and of no use to a composition's.
        const { shape, dtype } = spec as TensorSpec
        return [name, { shape, dtype, storage: this.zeros({ shape, dtype }) }]
      }),
    )
  }

  #checkLimit(op: AnyOp): void {
    const { liveBytes } = this.#engine.buffers
    if (liveBytes > this.#eagerBytes) {
      throw new BackendError(
        `gpu: ${op.name}: tensors hold ${liveBytes} bytes of the device's memory, more than the ${this.#eagerBytes} ` +
          'that eager calls may; compile the function, or run it in a scope, which gives memory back as it ends',
      )
    }
  }
}
