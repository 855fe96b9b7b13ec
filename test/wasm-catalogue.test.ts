import { jsBackend, setBackend } from '@gyre/tensor'
import { referenceReasons, type WasmBackend, wasm } from '@gyre/wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogueResults, differences, type SampleResults } from './catalogue-results.js'

// Generated from the catalogue: a new op is held to its reference by its own samples. It needs a line here only where
// it is left to that reference.

/** The ops that have no kernel at all. */
const opsOnReferences = ['cos', 'reshape', 'sin', 'stopGradient']
/** The samples for which a reference kernel stands in, and no others; of ops that have one for other inputs too. */
const samplesOnReferences = [
  'cast: same',
  'cast: complex',
  'cos: vector',
  'logSoftmax: middle axis',
  'logSoftmaxBackward: middle axis',
  'mul: complex',
  'sin: vector',
  'softmax: middle axis',
  'softmaxBackward: middle axis',
  'where: broadcast', // of complex numbers
]

const expected = await catalogueResults()

describe('every op of the catalogue, on its own samples in float32 and so its gradients,', () => {
  const backends: WasmBackend[] = []
  const found: SampleResults[][] = []
  const stoodIn: string[] = []

  beforeAll(async () => {
    for (const threads of [1, 2]) {
      const backend = await wasm({ threads })
      setBackend(backend)
      backends.push(backend)
      found.push(
        await catalogueResults((name, run) => {
          const op = name.slice(0, name.indexOf(':'))
          const before = backend.status.fallbacks.get(op)
          const results = run()
          if (threads === 1 && backend.status.fallbacks.get(op) !== before) stoodIn.push(name)
          return results
        }),
      )
    }
    setBackend(jsBackend)
  })
  afterAll(() => {
    for (const backend of backends) backend.end()
  })

  it('gives on wasm what it gives on js', () => {
    const far = [...differences(found[0]!, expected)].filter(([, difference]) => !(difference <= 5e-6))
    expect(far).toEqual([])
  })

  it('gives the same bytes on one and on two threads', () => {
    expect(found[1]).toEqual(found[0])
  })

  it('has a kernel of its own, but for these', () => {
    expect([...referenceReasons().keys()].sort()).toEqual(opsOnReferences)
    expect(stoodIn).toEqual(samplesOnReferences)
  })
})
