import { type Backend, jsBackend, setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { afterAll, beforeAll, describe } from 'vitest'
import { findGpu } from './find-gpu.js'

const backends = [jsBackend, await wasm({ threads: 2 })]

/** Declares the same tests for each backend whose numbers can be read without waiting. */
export function onEveryBackend(declare: () => void): void {
  describe.each(backends)('on $name', (backend) => declareOn(backend, declare))
}

/** Declares them also for the GPU, or a skipped test that says why there is none. */
export async function onEveryBackendAndGpu(declare: () => void): Promise<void> {
  onEveryBackend(declare)
  const { backend, missing } = await findGpu()
  describe.skipIf(backend === undefined)(`on gpu${missing === undefined ? '' : `: ${missing}`}`, () => {
    declareOn(backend ?? jsBackend, declare)
  })
}

function declareOn(backend: Backend, declare: () => void): void {
  beforeAll(() => setBackend(backend))
  afterAll(() => setBackend(jsBackend))
  declare()
}
