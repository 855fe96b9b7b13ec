import { ops, sizeOf, useReference } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'

/** Elements of one chunk: some ten microseconds of work, and a multiple of 4. */
const chunkSize = 16_384

export const elementwiseKernels = {
  abs: useReference('no kernel yet'),
  add: kernelFor(ops.add, {
    dtypes: ['float32'],
    takes: ({ a, b }) => sizeOf(a.shape) === sizeOf(b.shape),
    lower: ({ a, b }, _options, { output }, lowering) => {
      const count = sizeOf(output.shape)
      const args = { a: a.block, b: b.block, output: output.block, count, chunkSize }
      lowering.run('add', args, { chunks: Math.ceil(count / chunkSize) })
    },
  }),
  sub: useReference('no kernel yet'),
  mul: useReference('no kernel yet'),
  div: useReference('no kernel yet'),
  neg: useReference('no kernel yet'),
  maximum: useReference('no kernel yet'),
  minimum: useReference('no kernel yet'),
  exp: useReference('no kernel yet'),
  log: useReference('no kernel yet'),
  sqrt: useReference('no kernel yet'),
  rsqrt: useReference('no kernel yet'),
  sin: useReference('no kernel yet'),
  cos: useReference('no kernel yet'),
  tanh: useReference('no kernel yet'),
  erf: useReference('no kernel yet'),
  sigmoid: useReference('no kernel yet'),
  relu: useReference('no kernel yet'),
  silu: useReference('no kernel yet'),
  gelu: useReference('no kernel yet'),
  equal: useReference('no kernel yet'),
  notEqual: useReference('no kernel yet'),
  less: useReference('no kernel yet'),
  lessEqual: useReference('no kernel yet'),
  greater: useReference('no kernel yet'),
  greaterEqual: useReference('no kernel yet'),
  where: useReference('no kernel yet'),
  cast: useReference('no kernel yet'),
  stopGradient: useReference('no kernel yet'),
}
