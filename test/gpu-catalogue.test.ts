import { type AnyOp, jsBackend, ops, setBackend } from '@gyre/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { differences, sampleResults } from './catalogue-results.js'
import { findGpu } from './find-gpu.js'

// Generated from the catalogue: a new op is held to its reference by its own samples.

const { backend } = await findGpu()

describe.skipIf(backend === undefined)(
  'every op of the catalogue, on its own samples in float32 and so its gradients,',
  () => {
    afterEach(() => setBackend(jsBackend))

    it.each(Object.keys(ops))('gives on the GPU what it gives on js: %s', async (name) => {
      const op = ops[name as keyof typeof ops] as unknown as AnyOp
      const expected = await sampleResults(op)
      setBackend(backend!)
      const found = await sampleResults(op)
      expect([...differences(found, expected)].filter(([, difference]) => !(difference <= 1e-5))).toEqual([])
    })
  },
)
