import { BackendError } from '@gyre/tensor'
import { relaxedModule, simdModule } from '../kernels.generated.js'

export type Variant = 'simd128' | 'relaxed-simd'

/** The kernels that this engine can run, and what they are called. */
export interface Kernels {
  readonly variant: Variant
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The best kernels for this engine, or the wanted ones; a `BackendError` where they cannot run. */
export function chooseKernels(wanted?: Variant): Kernels {
  if (typeof WebAssembly === 'undefined') {
    throw new BackendError(`wasm: this engine, ${engineName()}, has no WebAssembly; use the backend js`)
  }
  const choices: readonly (readonly [Variant, string])[] = [
    ['relaxed-simd', relaxedModule],
    ['simd128', simdModule],
  ]
  for (const [variant, encoded] of choices) {
    if (wanted !== undefined && variant !== wanted) continue
    const bytes = decodeBase64(encoded)
    if (WebAssembly.validate(bytes)) return { variant, bytes }
  }
  throw new BackendError(
    `wasm: this engine, ${engineName()}, has no WebAssembly with ${wanted ?? 'SIMD and atomic operations'}; ` +
      'Node 20, Chrome 91, Firefox 89, Safari 16.4 or later have it. Use the backend js here',
  )
}

/** Whether the threads of this engine can share memory: not in a page that is not cross-origin isolated. */
export function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer !== 'undefined' &&
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false
  )
}

/** Whether this thread may block: not in a page's own thread. */
export function maySleep(): boolean {
  return typeof (globalThis as { window?: unknown }).window === 'undefined'
}

/** The engine and its version, for errors. */
export function engineName(): string {
  const node = (globalThis as { process?: { versions?: { node?: string; v8?: string } } }).process?.versions
  if (node?.node !== undefined) return `Node ${node.node} (V8 ${node.v8})`
  return globalThis.navigator?.userAgent ?? 'an unknown engine'
}

/**
 * The module with its import of a shared memory turned into one of a memory that is not: the two differ in one bit
 * of the import section. Atomic operations work on both.
 * @source WebAssembly threads proposal, binary format: the flags of a memory's limits are 1 with a maximum, 3 when
 * it is shared as well.
 */
export function withUnsharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const marker = new TextEncoder().encode('env\u0006memory\u0002\u0003')
  const at = module.findIndex((_, i) => marker.every((byte, j) => module[i + j] === byte))
  if (at < 0) throw new BackendError('wasm: the kernels import no shared memory')
  const copy = module.slice()
  copy[at + marker.length - 1] = 1
  return copy
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
