import { setFlagsFromString } from 'node:v8'
import type { GpuBackend } from '@gyre/gpu'
import { type Backend, isGyreError, jsBackend, setBackend } from '@gyre/tensor'
import type { WasmBackend } from '@gyre/wasm'
import { UsageError } from './errors.js'

export const backendNames = ['auto', 'js', 'wasm', 'gpu'] as const
export type BackendName = (typeof backendNames)[number]

export interface BackendOptions {
  readonly backend: BackendName
  /** Threads of the kernels; default as many as the machine runs at once, 8 at most. */
  readonly threads?: number
}

/** The backend that a command computes on. */
export interface ChosenBackend {
  readonly backend: Backend
  /** What decides the last digits of its numbers: `js`, `wasm (relaxed-simd)`, `gpu (the adapter)`. Threads do not. */
  readonly identity: string
  readonly threads: number
  /** Present where it is `wasm`. */
  readonly wasm?: WasmBackend
  /** Present where it is `gpu`. */
  readonly gpu?: GpuBackend
}

/** Sets the backend that the options ask for, and says on standard error what `auto` or a missing GPU chose. */
export async function chooseBackend(options: BackendOptions): Promise<ChosenBackend> {
  const { backend: name, threads } = options
  if (name === 'gpu') {
    try {
      return await useGpu()
    } catch (error) {
      if (!isGyreError(error)) throw error
      const chosen = await useWasm(threads)
      process.stderr.write(`backend: ${describeBackend(chosen)}, since there is no GPU (${error.message})\n`)
      return chosen
    }
  }
  if (name === 'js') {
    if (threads !== undefined && threads > 1)
      throw new UsageError(`--threads ${threads}: the backend js runs on one thread`)
    return useJs()
  }
  try {
    const chosen = await useWasm(threads)
    if (name === 'auto') process.stderr.write(`backend: ${describeBackend(chosen)}\n`)
    return chosen
  } catch (error) {
    if (name === 'wasm' || !isGyreError(error)) throw error
    process.stderr.write(`backend: js (the reference kernels: ${error.message})\n`)
    return useJs()
  }
}

/** `js`, or `wasm (relaxed-simd, 2 threads)`. */
export function describeBackend({ wasm, identity, threads }: ChosenBackend): string {
  if (wasm === undefined) return identity
  return `wasm (${wasm.status.variant}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`
}

/** Whether `chooseBackend` switches relaxed SIMD on in this engine. */
export const switchesRelaxedSimdOn = process.versions.node.startsWith('20.')

/** WebAssembly's backend, made but not set; a `BackendError` where it cannot be. */
export async function loadWasm(threads: number | undefined): Promise<WasmBackend> {
  // Node 20 knows relaxed SIMD, and keeps it behind a flag. A library must not change the engine of the program
  // that it is a part of; a command is that program.
  if (switchesRelaxedSimdOn) setFlagsFromString('--experimental-wasm-relaxed-simd')
  // Not before it is needed: many a command computes nothing, and need not read the kernels.
  const { wasm } = await import('@gyre/wasm')
  return wasm({ threads })
}

/** Backends that commands of this process have used: a second one would only have threads and memory of its own. */
const loaded = new Map<number | undefined, Promise<WasmBackend>>()

async function useWasm(threads: number | undefined): Promise<ChosenBackend> {
  const loading = loaded.get(threads) ?? loadWasm(threads)
  loaded.set(threads, loading)
  const backend = await loading
  setBackend(backend)
  const { variant, threads: running } = backend.status
  return { backend, identity: `wasm (${variant})`, threads: running, wasm: backend }
}

/** WebGPU's backend, made but not set; a `BackendError` where it cannot be. */
export async function loadGpu(): Promise<GpuBackend> {
  // Dawn is a large library, and most commands are told to use none.
  const { gpu } = await import('@gyre/gpu')
  return gpu()
}

/** The one that commands of this process have used. */
let loadedGpu: Promise<GpuBackend> | undefined

async function useGpu(): Promise<ChosenBackend> {
  loadedGpu ??= loadGpu()
  const backend = await loadedGpu
  setBackend(backend)
  return { backend, identity: `gpu (${backend.status.adapter})`, threads: 1, gpu: backend }
}

function useJs(): ChosenBackend {
  setBackend(jsBackend)
  return { backend: jsBackend, identity: jsBackend.name, threads: 1 }
}
