import { vjp } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { blockCirculant, jsBackend, randn, setBackend, type Tensor } from '@gyre/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('a compiled block-circulant layer on the GPU', () => {
  beforeAll(() => setBackend(backend!))
  afterAll(() => setBackend(jsBackend))

  it.each([2, 16, 96])('gives the bits of eager calls, in one submission: blocks of %i', async (p) => {
    const layer = (x: Tensor, c: Tensor, grad: Tensor) => {
      const { value, pullback } = vjp(blockCirculant)(x, c)
      const [gradX, gradC] = pullback(grad)
      return { value, gradX, gradC }
    }
    const inputs = [
      randn([5, 3 * p], { seed: 1 }),
      randn([2, 3, p], { seed: 2 }),
      randn([5, 2 * p], { seed: 3 }),
    ]
    const [x, c, grad] = inputs as unknown as [Tensor, Tensor, Tensor]
    const expected = layer(x, c, grad)
    const compiled = compile(layer)
    await compiled(x, c, grad).value.data()
    const { submissions } = backend!.status
    const found = compiled(x, c, grad)
    expect(backend!.status.submissions - submissions).toBe(1)
    for (const name of ['value', 'gradX', 'gradC'] as const) {
      expect(await found[name].data(), name).toEqual(await expected[name].data())
    }
  })
})
