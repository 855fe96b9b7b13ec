import {
  erf,
  exp,
  gelu,
  geluBackward,
  jsBackend,
  log,
  maximum,
  minimum,
  neg,
  relu,
  rsqrt,
  setBackend,
  sigmoid,
  silu,
  siluBackward,
  sqrt,
  type Tensor,
  tanh,
  tensor,
} from '@gyre/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'

const { backend } = await findGpu()

const functions: { readonly [name: string]: (x: Tensor) => Tensor } = {
  erf: (x) => erf(x),
  exp: (x) => exp(x),
  gelu: (x) => gelu(x),
  'gelu by tanh': (x) => gelu(x, { approximate: 'tanh' }),
  'the slope of gelu': (x) => geluBackward({ grad: x, x }, { approximate: 'none' }),
  log: (x) => log(x),
  'maximum of it and a number': (x) => maximum(x, 1),
  'maximum of a number and it': (x) => maximum(1, x),
  'minimum of it and a number': (x) => minimum(x, 1),
  'minimum of a number and it': (x) => minimum(1, x),
  neg: (x) => neg(x),
  relu: (x) => relu(x),
  rsqrt: (x) => rsqrt(x),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => silu(x),
  'the slope of silu': (x) => siluBackward({ grad: x, x }),
  sqrt: (x) => sqrt(x),
  tanh: (x) => tanh(x),
}

describe.skipIf(backend === undefined)('NaN on the GPU', () => {
  beforeAll(() => setBackend(backend!))
  afterAll(() => setBackend(jsBackend))

  // A training that diverged must show: nothing on the way to the loss may make a number of it.
  it.each(Object.entries(functions))('stays NaN through %s', async (_name, f) => {
    const results = await f(tensor(Float32Array.of(0.5, Number.NaN, 2)) as Tensor).data()
    expect(Array.from(results as Float32Array, Number.isNaN)).toEqual([false, true, false])
  })
})

describe.skipIf(backend === undefined)('large and small numbers on the GPU', () => {
  beforeAll(() => setBackend(backend!))
  afterAll(() => setBackend(jsBackend))

  it.each([
    ['tanh', (x: Tensor) => tanh(x), Math.tanh],
    ['sigmoid', (x: Tensor) => sigmoid(x), (x: number) => 1 / (1 + Math.exp(-x))],
    ['silu', (x: Tensor) => silu(x), (x: number) => x / (1 + Math.exp(-x))],
  ] as const)('%s has no overflow on its way', async (_name, f, exact) => {
    const points = Float32Array.of(-1e30, -200, -20, -1, -1e-3, -1e-20, 0, 1e-20, 1e-3, 1, 20, 200, 1e30)
    const values = (await f(tensor(points) as Tensor).data()) as Float32Array
    for (const [i, x] of points.entries()) {
      const expected = exact(x)
      const scale = Math.max(Math.abs(expected), 1e-30)
      expect(Math.abs(values[i]! - expected) / scale, `at ${x}`).toBeLessThan(2e-6)
    }
  })
})
