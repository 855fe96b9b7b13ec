import { jsBackend, setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { compiledDifference, largeShapes, randomFunctions, smallShapes } from './random-functions.js'

const onWasm = await wasm({ threads: 2 })

afterEach(() => setBackend(jsBackend))

// Other functions each time; a failure names the seed.
describe('functions of random ops, many and long, give compiled the bytes that they give eagerly', () => {
  it.each([
    ['wasm', 'large', onWasm, largeShapes, 1000],
    ['wasm', 'small', onWasm, smallShapes, 3000],
    ['js', 'small', jsBackend, smallShapes, 1000],
  ] as const)('on %s, with %s tensors', (_name, _size, backend, shapes, numRuns) => {
    const functions = randomFunctions(shapes, 40)
    fc.assert(
      fc.property(functions, (fn) => {
        expect(compiledDifference(backend, fn)).toBeUndefined()
      }),
      { numRuns },
    )
  })
})
