import { jsBackend, setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { afterAll, beforeAll, describe } from 'vitest'

const backends = [jsBackend, await wasm({ threads: 2 })]

/** Declares the same tests for each backend that runs in this process. */
export function onEveryBackend(declare: () => void): void {
  describe.each(backends)('on $name', (backend) => {
    beforeAll(() => setBackend(backend))
    afterAll(() => setBackend(jsBackend))
    declare()
  })
}
