import { WasmBackend } from './backend.js'
import { Engine } from './engine/engine.js'
import { chooseKernels, type Variant } from './engine/features.js'
import { singleThreadReason } from './engine/worker-pool.js'

export interface WasmOptions {
  /** Threads, the calling one included; default as many as the machine runs at once, 8 at most. */
  readonly threads?: number
  /** Which kernels; default those with relaxed SIMD (fused multiply-add) where the engine has it. */
  readonly variant?: Variant
}

/**
 * The backend of WebAssembly kernels: `setBackend(await wasm())`. In Node and in cross-origin isolated pages it runs
 * on several threads, elsewhere on one (`status` says why). Throws a `BackendError` that names the engine where it
 * has no SIMD.
 */
export async function wasm({ threads, variant }: WasmOptions = {}): Promise<WasmBackend> {
  const backend = new WasmBackend(await Engine.create(chooseKernels(variant)))
  await backend.setThreads(
    threads ?? Math.min(8, globalThis.navigator?.hardwareConcurrency ?? hardwareThreads()),
  )
  return backend
}

/** What `wasm()` finds here; a `BackendError` where it would throw one. Costs no memory and no thread. */
export function wasmSupport(): {
  readonly variant: Variant
  /** Why there is one thread, where there can be no more. */
  readonly singleThreadReason: string | undefined
} {
  return { variant: chooseKernels().variant, singleThreadReason: singleThreadReason() }
}

/** Node 20 has no navigator. */
function hardwareThreads(): number {
  const process = (globalThis as { process?: NodeJS.Process }).process
  return process?.getBuiltinModule?.('node:os').availableParallelism() ?? 1
}
