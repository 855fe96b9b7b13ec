import type { Graph, GraphBackend, GraphRunner } from '@gyre/graph'
import {
  type AnyOp,
  type Data,
  type DType,
  denseArray,
  kernelIn,
  kernelTaking,
  mapRecord,
  OptionError,
  type Options,
  runReference,
  type SpecRecord,
  type StorageRecord,
  type StoredTensor,
  type TensorSpec,
  valuesIn,
} from '@gyre/tensor'
import { EncodedProgram, MemoryBlock } from './command.js'
import { Constants } from './constants.js'
import type { Engine } from './engine/engine.js'
import { roundUp } from './engine/heap.js'
import { GraphProgram } from './graph-program.js'
import type { AnyWasmKernel, Located } from './kernel.js'
import { kernelTable } from './kernel-table.js'
import { Recorder } from './recorder.js'
import { bytesOfSpec, copyOut, WasmStorage } from './storage.js'

/** What `WasmBackend.status` tells of itself. */
export interface WasmStatus {
  readonly variant: string
  readonly threads: number
  /** Why there cannot be more threads, where there cannot. */
  readonly singleThreadReason: string | undefined
  /** Pages of 64 KiB that the memory has. */
  readonly pages: number
  /** Bytes that are taken: parameters, tables, programs and the arena. */
  readonly usedBytes: number
  /** Bytes of the arena, which every program and every call of an op use in turn. */
  readonly arenaBytes: number
  /** Ops that ran on their reference kernel, and how often. */
  readonly fallbacks: ReadonlyMap<string, number>
}

/**
 * SIMD kernels on several threads. An op that is called eagerly is copied into the WebAssembly memory and its
 * result copied out again, where the garbage collector knows it; a compiled graph keeps everything inside.
 */
export class WasmBackend implements GraphBackend {
  readonly name = 'wasm'
  readonly #engine: Engine
  readonly #constants: Constants
  readonly #fallbacks = new Map<string, number>()

  constructor(engine: Engine) {
    this.#engine = engine
    this.#constants = new Constants(engine)
  }

  /** Runs on so many threads from now on; `status.threads` says on how many it does. */
  async setThreads(threads: number): Promise<void> {
    if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
      throw new OptionError(`wasm: threads is ${threads}; expected a whole number from 1 to 64`)
    }
    await this.#engine.setThreads(threads)
  }

  get status(): WasmStatus {
    const { kernels, threads, singleThreadReason, heap, arenaBytes } = this.#engine
    return {
      variant: kernels.variant,
      threads,
      singleThreadReason,
      pages: heap.pages,
      usedBytes: heap.usedBytes,
      arenaBytes,
      fallbacks: this.#fallbacks,
    }
  }

  /** Ends the worker threads. The process ends without it. */
  end(): void {
    this.#engine.end()
  }

  store(spec: TensorSpec, data: Data): WasmStorage {
    return new WasmStorage(this.#engine, spec, data)
  }

  zeros(spec: TensorSpec): WasmStorage {
    return new WasmStorage(this.#engine, spec, 'zeros')
  }

  run(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord {
    const kernel = this.kernelOf(op, inputs, options, results)
    if (kernel === undefined) return this.#runReference(op, inputs, options, results)
    const engine = this.#engine
    const recorder = new Recorder(this.#constants)
    const staged: { readonly block: MemoryBlock; readonly data: Data }[] = []
    const locatedInputs = mapRecord(inputs, ({ shape, dtype, storage }): Located => {
      const { resident, view } = storage as WasmStorage
      if (resident) return { shape, dtype, block: resident, used: true }
      const block = new MemoryBlock(view.byteLength)
      staged.push({ block, data: view })
      return { shape, dtype, block, used: true }
    })
    const locatedResults = mapRecord(results, (spec): Located => {
      return { shape: spec.shape, dtype: spec.dtype, block: new MemoryBlock(bytesOfSpec(spec)), used: true }
    })
    kernel.lower(locatedInputs, options, locatedResults, recorder)

    const program = new EncodedProgram(recorder.takeCommands())
    const programBlock = new MemoryBlock(program.bytes)
    const resultBlocks = valuesIn(locatedResults).map(({ block }) => block)
    const blocks = [
      programBlock,
      ...staged.map(({ block }) => block),
      ...resultBlocks,
      ...recorder.workspaces.map(({ block }) => block),
    ]
    const arena = engine.arena(blocks.reduce((total, { bytes }) => total + roundUp(bytes), 0))
    let address = arena.address
    for (const block of blocks) {
      block.address = address
      address += roundUp(block.bytes)
    }
    for (const { block, data } of staged) {
      new Uint8Array(engine.buffer, block.address, block.bytes).set(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      )
    }
    program.write(engine.buffer, programBlock.address)
    const refusal = engine.run(program, programBlock.address, recorder.scratchBytes)
    if (refusal) throw recorder.guards[refusal.guard]!(refusal.position, refusal.value)
    return mapRecord(locatedResults, ({ shape, dtype, block }): StoredTensor => {
      const data = copyOut(engine, block.address, { shape, dtype })
      return { shape, dtype, storage: this.store({ shape, dtype }, data) }
    })
  }

  prepare(graph: Graph): GraphRunner {
    return new GraphProgram(graph, this.#engine, this.#constants, this)
  }

  /** The kernel that would run the op; undefined where its reference stands in. */
  kernelOf(op: AnyOp, inputs: SpecRecord, options: Options, results: SpecRecord): AnyWasmKernel | undefined {
    return kernelTaking(kernelTable, op, inputs, options, results)
  }

  /** Counts a call of an op whose reference kernel stands in. */
  noteFallback(op: AnyOp): void {
    this.#fallbacks.set(op.name, (this.#fallbacks.get(op.name) ?? 0) + 1)
  }

  copy({ storage }: StoredTensor): WasmStorage {
    return (storage as WasmStorage).copy()
  }

  kernelFor(op: AnyOp, dtype: DType): string {
    const own = kernelIn(kernelTable, op)?.dtypes.includes(dtype)
    return own ? this.#engine.kernels.variant : 'reference'
  }

  async read(tensor: StoredTensor): Promise<Data> {
    return this.readSync(tensor)
  }

  readSync({ storage }: StoredTensor): Data {
    // A copy, also out of a memory that is shared.
    return (storage as WasmStorage).view.slice()
  }

  #runReference(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord {
    this.noteFallback(op)
    const views = mapRecord(inputs, (input) => denseArray(input, (input.storage as WasmStorage).view))
    const arrays = runReference(op, views, options, results)
    return mapRecord(arrays, ({ shape, dtype, data }): StoredTensor => {
      return { shape, dtype, storage: this.store({ shape, dtype }, data) }
    })
  }
}
