import { BackendError } from '@gyre/tensor'
import { type EncodedProgram, MemoryBlock } from '../command.js'
import { canShareMemory, type Kernels, maySleep, withUnsharedMemory } from './features.js'
import { Heap, roundUp } from './heap.js'
import * as state from './shared-state.js'
import { singleThreadReason, WorkerPool } from './worker-pool.js'

const initialPages = 16
const maximumPages = 65_536

/** What `runProgram` says at its end; kernels/runtime/run-program.ts. */
const programHalted = 1
const workerLost = 2

interface KernelExports {
  runProgram(program: number, thread: number, threads: number, scratch: number, maySleep: boolean): number
}

/** A kernel refused a number: which guard, where, and the number. */
export interface Refusal {
  readonly guard: number
  readonly position: number
  readonly value: number
}

/** One memory, the kernels on it, and the threads that run them. */
export class Engine {
  readonly kernels: Kernels
  readonly heap: Heap
  /** Why there is only one thread, where there can be no more. */
  readonly singleThreadReason: string | undefined
  readonly #memory: WebAssembly.Memory
  readonly #exports: KernelExports
  readonly #pool: WorkerPool | undefined
  readonly #maySleep = maySleep()
  #threads = 1
  #scratch = new MemoryBlock(0)
  #scratchStride = 0
  #arena = new MemoryBlock(0)

  private constructor(
    kernels: Kernels,
    memory: WebAssembly.Memory,
    module: WebAssembly.Module,
    exports: KernelExports,
  ) {
    this.kernels = kernels
    this.#memory = memory
    this.#exports = exports
    // The first page holds the threads' common state and the kernels' own constants.
    this.heap = new Heap(memory, 65_536)
    this.singleThreadReason = singleThreadReason()
    if (this.singleThreadReason === undefined) this.#pool = new WorkerPool(module, memory)
  }

  static async create(kernels: Kernels): Promise<Engine> {
    const shared = canShareMemory()
    const memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared })
    // In the background: a page's own thread must not compile, nor instantiate, so much code while others wait.
    const module = await WebAssembly.compile(shared ? kernels.bytes : withUnsharedMemory(kernels.bytes))
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
    return new Engine(kernels, memory, module, exports as unknown as KernelExports)
  }

  get threads(): number {
    return this.#threads
  }

  /** Runs programs on so many threads from now on, or on one where there can be no more. */
  async setThreads(threads: number): Promise<void> {
    if (this.#pool === undefined) return
    await this.#pool.grow(threads)
    this.#threads = threads
    this.#scratchStride = 0 // one stretch for each thread: laid out anew
  }

  /** The whole memory; another object after the memory has grown. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer
  }

  /** Memory that nobody frees but who asked for it. */
  allocate(bytes: number, { zeros = false } = {}): MemoryBlock {
    const block = new MemoryBlock(bytes)
    block.address = zeros ? this.heap.allocateZeros(bytes) : this.heap.allocate(bytes)
    return block
  }

  /** Memory that belongs to `owner`: free again when the garbage collector has found the owner gone. */
  allocateFor(owner: object, bytes: number, options?: { readonly zeros: boolean }): MemoryBlock {
    const block = this.allocate(bytes, options)
    ownersGone.register(owner, { heap: this.heap, block })
    return block
  }

  /** Memory for what does not outlive one program; all programs share it. Its address may change when it grows. */
  arena(bytes: number): MemoryBlock {
    if (bytes > this.#arena.bytes) {
      const old = this.#arena
      // What is given back is no arena any more, also when there is no room for the larger one.
      this.#arena = new MemoryBlock(0)
      this.#arena = this.#replace(old, bytes)
    }
    return this.#arena
  }

  get arenaBytes(): number {
    return this.#arena.bytes
  }

  /** Runs the program that was written at `address`; gives what a kernel refused, if one did. */
  run(program: EncodedProgram, address: number, scratchBytes: number): Refusal | undefined {
    this.#reserveScratch(scratchBytes)
    const words = new Int32Array(this.#memory.buffer, 0)
    words[state.halted] = 0
    const threads = program.parallel ? this.#threads : 1
    if (threads > 1) {
      if (this.#pool!.lost !== undefined) throw this.#lostError()
      program.rewind(words, address)
      this.#pool!.release(address, threads, this.#scratch.address, this.#scratchStride)
    }
    const status = this.#exports.runProgram(address, 0, threads, this.#scratch.address, this.#maySleep)
    if (status === workerLost) throw this.#lostError()
    if (status !== programHalted) return undefined
    const [guard, position, value] = [state.haltedGuard, state.haltedPosition, state.haltedValue].map(
      (word) => words[word]!,
    )
    return { guard: guard!, position: position!, value: value! }
  }

  /** Ends the threads. */
  end(): void {
    this.#pool?.end()
    this.#threads = 1
  }

  #lostError(): BackendError {
    const reason = this.#pool?.lost ?? 'no sign of it for 20 seconds'
    return new BackendError(
      `wasm: a worker thread is lost (${reason}); what was being computed is not to be used. ` +
        'Make a new backend: setBackend(await wasm())',
    )
  }

  #reserveScratch(bytes: number): void {
    const stride = roundUp(bytes)
    if (stride <= this.#scratchStride) return
    const old = this.#scratch
    this.#scratch = new MemoryBlock(0)
    this.#scratchStride = 0
    this.#scratch = this.#replace(old, stride * this.#threads)
    this.#scratchStride = stride
  }

  #replace(old: MemoryBlock, bytes: number): MemoryBlock {
    if (old.bytes > 0) this.heap.free(old.address, old.bytes)
    return this.allocate(bytes)
  }
}

// Owners are parameters' storages and programs: things that are made and given up between steps, not in them, so
// waiting for the garbage collector is good enough.
const ownersGone = /* @__PURE__ */ new FinalizationRegistry<{ heap: Heap; block: MemoryBlock }>(
  ({ heap, block }) => heap.free(block.address, block.bytes),
)
