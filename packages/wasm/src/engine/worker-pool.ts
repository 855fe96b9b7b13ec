import { BackendError } from '@gyre/tensor'
import { canShareMemory } from './features.js'
import * as state from './shared-state.js'

/**
 * What a worker does, as text: so it needs no file of its own that a bundler or a loader would have to find. It
 * compiles nothing; it waits for the epoch to grow, runs its part of the program, and waits again. It never goes
 * back to its event loop, and it traps alone: others see the flag.
 */
const workerSource = `
const begin = ({ module, memory, thread }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  let words = new Int32Array(memory.buffer)
  let seen = Atomics.load(words, ${state.epoch})
  Atomics.add(words, ${state.ready}, 1)
  for (;;) {
    for (let spin = 0; spin < 2000 && Atomics.load(words, ${state.epoch}) === seen; spin++);
    Atomics.wait(words, ${state.epoch}, seen)
    seen = Atomics.load(words, ${state.epoch})
    // One word says both that there is a program and who runs it: what else is read here waits for this thread.
    const threads = seen & 127
    if (thread >= threads) continue
    const scratch = (words[${state.scratch}] >>> 0) + thread * words[${state.scratchStride}]
    try {
      exports.runProgram(words[${state.program}], thread, threads, scratch, true)
    } catch (error) {
      Atomics.store(words, ${state.failed}, 1)
      throw error
    }
  }
}
`
const nodeSource = `${workerSource}begin(process.getBuiltinModule('node:worker_threads').workerData)`
const pageSource = `${workerSource}onmessage = ({ data }) => begin(data)`

/** What is common to Node's workers and a page's. */
interface AnyWorker {
  terminate(): unknown
}

/** Threads that run programs beside the one that owns them. */
export class WorkerPool {
  readonly #module: WebAssembly.Module
  readonly #memory: WebAssembly.Memory
  readonly #words: Int32Array
  readonly #workers: AnyWorker[] = []
  #lost: string | undefined

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#module = module
    this.#memory = memory
    this.#words = new Int32Array(memory.buffer)
  }

  /** Threads, the owner's included. */
  get threads(): number {
    return this.#workers.length + 1
  }

  /** Why a worker is gone, if one is. */
  get lost(): string | undefined {
    return this.#lost
  }

  /** Starts workers until there are `threads` threads, and waits until they are ready. */
  async grow(threads: number): Promise<void> {
    const before = this.#workers.length
    while (this.threads < threads) this.#workers.push(this.#start(this.#workers.length + 1))
    const deadline = performance.now() + 20_000
    while (Atomics.load(this.#words, state.ready) < this.#workers.length) {
      if (this.#lost !== undefined || performance.now() > deadline) {
        const reason = this.#lost ?? 'no answer within 20 seconds'
        for (const worker of this.#workers.splice(before)) worker.terminate()
        throw new BackendError(`wasm: a worker thread did not start: ${reason}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #start(thread: number): AnyWorker {
    const data = { module: this.#module, memory: this.#memory, thread }
    const onLost = (reason: string): void => {
      this.#lost ??= reason
      Atomics.store(this.#words, state.failed, 1)
    }
    const node = nodeWorkers()
    if (node) {
      // Without the process's own flags: a loader that it was started with is not for this text.
      const worker = new node.Worker(nodeSource, { eval: true, workerData: data, execArgv: [] })
      worker.on('error', (error) => onLost(error.message))
      worker.on('exit', (code) => onLost(`it ended with code ${code}`))
      // The pool ends with the process and does not keep it alive.
      worker.unref()
      return worker
    }
    const url = URL.createObjectURL(new Blob([pageSource], { type: 'text/javascript' }))
    const worker = new Worker(url)
    worker.onerror = (event) => onLost(event.message)
    worker.postMessage(data)
    // The worker has fetched its text when it says that it is ready; until then the address must hold.
    setTimeout(() => URL.revokeObjectURL(url), 20_000)
    return worker
  }

  /** Wakes the workers for the program at `address`. */
  release(address: number, threads: number, scratch: number, scratchStride: number): void {
    const words = this.#words
    words[state.program] = address
    words[state.scratch] = scratch
    words[state.scratchStride] = scratchStride
    const programs = (words[state.epoch]! >> 7) + 1
    Atomics.store(words, state.epoch, (programs << 7) | threads)
    Atomics.notify(words, state.epoch)
  }

  /** Ends all workers. */
  end(): void {
    for (const worker of this.#workers.splice(0)) worker.terminate()
    Atomics.store(this.#words, state.ready, 0)
  }
}

/** Why there is only one thread, where there can be no more. */
export function singleThreadReason(): string | undefined {
  if (!canShareMemory()) return 'this page is not cross-origin isolated, so threads cannot share memory'
  return hasWorkers() ? undefined : 'this engine has no workers'
}

/** Whether workers can be started here. */
function hasWorkers(): boolean {
  return nodeWorkers() !== undefined || (typeof Worker !== 'undefined' && typeof Blob !== 'undefined')
}

function nodeWorkers() {
  // No import: bundles for browsers would have to resolve it.
  const process = (globalThis as { process?: NodeJS.Process }).process
  return process?.versions?.node === undefined ? undefined : process.getBuiltinModule?.('node:worker_threads')
}
