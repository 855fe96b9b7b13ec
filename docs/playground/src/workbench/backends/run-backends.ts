import type { RunBackend } from '../contract.js'

/** The ways to compute a run, fastest first where all can be had. */
export const backendKinds = ['gpu', 'threads', 'wasm', 'js'] as const
export type BackendKind = (typeof backendKinds)[number]

/** What this browser has. */
export interface BrowserFacts {
  /** Of WebGPU: the adapter in its own words, or the sentence that says why there is none. */
  readonly gpu: { readonly adapter: string; readonly inSoftware: boolean } | { readonly unavailable: string }
  /** Of WebAssembly: the kernels that it can run, or why none. */
  readonly wasm:
    | { readonly variant: string; readonly singleThreadReason: string | undefined }
    | { readonly unavailable: string }
  /** Threads that run at once. */
  readonly processors: number
}

/** A way to compute a run, and whether it can be had here. */
export interface BackendOffer {
  readonly kind: BackendKind
  readonly name: string
  /** What it is. */
  readonly description: string
  /** What it would be here, where that differs from place to place. */
  readonly here?: string
  /** Why it cannot be had here. */
  readonly unavailable?: string
}

/** More threads than that gain nothing on models of this size. */
export function mostThreads({ processors }: BrowserFacts): number {
  return Math.max(2, Math.min(8, processors))
}

/** All ways to compute a run. */
export function offerBackends({ gpu, wasm, processors }: BrowserFacts): BackendOffer[] {
  const kernels = 'unavailable' in wasm ? wasm : { here: `${wasm.variant} kernels` }
  const oneThread = 'unavailable' in wasm ? wasm.unavailable : wasm.singleThreadReason
  return [
    {
      kind: 'gpu',
      name: 'WebGPU',
      description: 'Each step is one submission of kernels in WGSL to the graphics card.',
      ...('unavailable' in gpu
        ? gpu
        : { here: gpu.inSoftware ? `${gpu.adapter}, which computes in software and is slow` : gpu.adapter }),
    },
    {
      kind: 'threads',
      name: 'WebAssembly, several threads',
      description: 'SIMD kernels on a shared memory; the same numbers, to the last bit, as on one thread.',
      ...(oneThread === undefined
        ? { ...kernels, here: `${(kernels as { here: string }).here}; ${processors} threads run at once` }
        : { unavailable: oneThread }),
    },
    {
      kind: 'wasm',
      name: 'WebAssembly, one thread',
      description: 'The same SIMD kernels in every page, beside whatever else it does.',
      ...kernels,
    },
    {
      kind: 'js',
      name: 'Reference',
      description: 'Plain JavaScript, made to be read and checked. Tens of times slower.',
    },
  ]
}

/** The one to begin with: the first that can be had; a GPU in software never. */
export function usualBackend(facts: BrowserFacts): RunBackend {
  const available = offerBackends(facts).filter(({ unavailable }) => unavailable === undefined)
  const inSoftware = 'inSoftware' in facts.gpu && facts.gpu.inSoftware
  const { kind } = available.find(({ kind }) => !(kind === 'gpu' && inSoftware))!
  return runBackend(kind, mostThreads(facts))
}

export function runBackend(kind: BackendKind, threads: number): RunBackend {
  if (kind === 'gpu' || kind === 'js') return { name: kind }
  return { name: 'wasm', threads: kind === 'threads' ? threads : 1 }
}

export function kindOf(backend: RunBackend): BackendKind {
  if (backend.name !== 'wasm') return backend.name
  return backend.threads > 1 ? 'threads' : 'wasm'
}

/** As a sentence has it: `WebAssembly on 4 threads`. */
export function nameBackend(backend: RunBackend): string {
  if (backend.name !== 'wasm') return backend.name === 'gpu' ? 'WebGPU' : 'the reference kernels'
  return backend.threads > 1 ? `WebAssembly on ${backend.threads} threads` : 'WebAssembly on one thread'
}
