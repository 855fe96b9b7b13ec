import { type Backend, jsBackend, setBackend } from '@gyre/tensor'
import type { RunBackend } from '../contract.js'
import { sentenceOf } from '../errors.js'

/** The backend that a run computes on; it has been set. */
export interface OpenedBackend {
  /** `wasm (relaxed-simd, 4 threads)`, or the GPU's own words for itself. */
  readonly words: string
  /** What decides the last digits of its numbers, as the command line names it; threads do not. */
  readonly identity: string
  /** Why it is not what was asked for, or not on more threads. */
  readonly remarks: readonly string[]
  /** Bytes that it has now. */
  readonly bytes: () => number
}

type Opened = Omit<OpenedBackend, 'remarks'> & { readonly backend: Backend; readonly remark?: string }

/** How a backend of each name is opened; each throws a sentence where it cannot be. */
export interface BackendOpeners {
  readonly gpu: () => Promise<Opened>
  readonly wasm: (threads: number | undefined) => Promise<Opened>
}

/** Opens what is asked for, or the next best: the GPU, WebAssembly, the reference kernels. */
export async function openBackend(
  asked: RunBackend,
  openers: BackendOpeners = { gpu: openGpu, wasm: openWasm },
): Promise<OpenedBackend> {
  const threads = asked.name === 'wasm' ? asked.threads : undefined
  const ways: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
    ['on the GPU', openers.gpu],
    ['on several threads', () => openers.wasm(threads)],
    ['in WebAssembly', () => openers.wasm(1)],
  ]
  const first = { gpu: 0, wasm: threads === 1 ? 2 : 1, js: 3 }[asked.name]
  const reasons = new Map<string, string>()
  let opened: Opened | undefined
  for (const [name, open] of ways.slice(first)) {
    try {
      opened = await open()
      break
    } catch (error) {
      // What is wrong with one thread, too, is not wrong with several.
      reasons.set(sentenceOf(error), `not ${name}`)
    }
  }
  const remarks = [...reasons].map(([reason, what]) => `${what}: ${reason}`)
  const { backend, remark, ...rest } = opened ?? reference
  setBackend(backend)
  return { ...rest, remarks: remark === undefined ? remarks : [...remarks, remark] }
}

const reference: Opened = {
  backend: jsBackend,
  words: 'js (the reference kernels)',
  identity: jsBackend.name,
  bytes: () => 0,
}

// Loaded when they are needed: the kernels are large.

async function openGpu(): Promise<Opened> {
  const { gpu } = await import('@gyre/gpu')
  const backend = await gpu()
  const words = `gpu (${backend.status.adapter})`
  return {
    backend,
    words,
    identity: words,
    bytes: () => backend.status.liveBytes + backend.status.waitingBytes,
  }
}

const pageBytes = 65_536

async function openWasm(threads: number | undefined): Promise<Opened> {
  const { wasm } = await import('@gyre/wasm')
  const backend = await wasm({ threads })
  const { variant, threads: running, singleThreadReason } = backend.status
  return {
    backend,
    words: `wasm (${variant}, ${running} ${running === 1 ? 'thread' : 'threads'})`,
    identity: `wasm (${variant})`,
    bytes: () => backend.status.pages * pageBytes,
    ...(singleThreadReason !== undefined && { remark: `on one thread: ${singleThreadReason}` }),
  }
}
