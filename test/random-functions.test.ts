import { jsBackend, setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { compiledDifference, largeShapes, randomFunctions, smallShapes } from './random-functions.js'

const onWasm = await wasm({ threads: 2 })

afterEach(() => setBackend(jsBackend))

describe('a function of random ops gives, compiled, the bytes that it gives eagerly', () => {
  it.each([
    ['wasm', 'large', onWasm, largeShapes, 60],
    ['wasm', 'small', onWasm, smallShapes, 100],
    ['js', 'small', jsBackend, smallShapes, 60],
  ] as const)('on %s, with %s tensors', (_name, _size, backend, shapes, numRuns) => {
    const functions = randomFunctions(shapes, 20)
    fc.assert(
      fc.property(functions, (fn) => {
        expect(compiledDifference(backend, fn)).toBeUndefined()
      }),
      // The long test takes others each time.
      { numRuns, seed: 1 },
    )
  })
})
