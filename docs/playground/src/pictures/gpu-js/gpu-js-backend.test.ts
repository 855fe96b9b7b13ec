import { valueAndGrad } from '@gyre/autograd'
import {
  blockCirculant,
  complex,
  embedding,
  fft,
  ifft,
  irfft,
  jsBackend,
  mul,
  ops,
  randn,
  rfft,
  setBackend,
  sum,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogueResults, differences } from '../../../../../test/catalogue-results.js'
import { GpuJsBackend } from './gpu-js-backend.js'
import { gpuJsKernelFor } from './kernels.js'

afterAll(() => setBackend(jsBackend))

/** Everything that gpu.js may run, for one power of two, with the gradients of a block-circulant product. */
async function results(n: number): Promise<Float32Array[]> {
  const real: Tensor = randn([3, n], { seed: n })
  const spectrum = complex(real, randn([3, n], { seed: n + 1 }))
  const x: Tensor = randn([2, 2, 3 * n], { seed: n + 2 })
  const c: Tensor = randn([2, 3, n], { seed: n + 3 })
  const { value, grad } = valueAndGrad((x: Tensor, c: Tensor) => {
    const y = blockCirculant(x, c)
    return sum(mul(y, y))
  })(x, c)
  const made = [
    fft(spectrum),
    ifft(spectrum),
    rfft(real),
    irfft(rfft(real), { n }),
    blockCirculant(x, c),
    value,
    ...grad,
  ]
  return Promise.all(made.map((each) => each.data() as Promise<Float32Array>))
}

function farthest(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  return Math.max(
    ...expected.map((values, i) => {
      const largest = Math.max(...values.map(Math.abs))
      return Math.max(...values.map((value, at) => Math.abs(found[i]![at]! - value))) / largest
    }),
  )
}

// In Node, gpu.js has these two; the kernels' text is the same everywhere.
describe.each(['cpu', 'webasm'] as const)('gpu.js on %s', (name) => {
  const backend = new GpuJsBackend(name)

  it('says what runs', async () => {
    expect(await backend.check()).toBe(`gpu.js ${name} radix-2`)
  })

  it.each([2, 8, 64])('gives what the reference gives, for transforms of %i', async (n) => {
    setBackend(jsBackend)
    const expected = await results(n)
    setBackend(backend)
    const found = await results(n)
    expect(found.length).toBe(8)
    expect(farthest(found, expected)).toBeLessThan(5e-6)
  })
})

describe('a backend without numbers at hand', () => {
  const backend = new GpuJsBackend('cpu')

  it('gives for every op of the catalogue what the reference gives', async () => {
    setBackend(jsBackend)
    const expected = await catalogueResults()
    setBackend(backend)
    const far = [...differences(await catalogueResults(), expected)].filter(([, far]) => !(far <= 5e-6))
    expect(expected.length).toBeGreaterThan(100)
    expect(far).toEqual([])
  })

  it('leaves to the reference what gpu.js has no kernels for', () => {
    const c = (p: number) => ({ shape: [1, 1, p], dtype: 'float32' }) as const
    const x = (p: number, dtype: 'float32' | 'float64' = 'float32') => ({ shape: [1, p], dtype })
    const kernel = (inputs: Record<string, ReturnType<typeof x>>) =>
      gpuJsKernelFor(ops.blockCirculant as never, inputs as never, {})
    expect(kernel({ x: x(8), c: c(8) as never })).toBeDefined()
    expect(kernel({ x: x(6), c: c(6) as never })).toBeUndefined()
    expect(kernel({ x: x(1), c: c(1) as never })).toBeUndefined()
    expect(kernel({ x: x(8, 'float64'), c: c(8) as never })).toBeUndefined()
    expect(gpuJsKernelFor(ops.exp as never, { x: x(8) }, {})).toBeUndefined()
  })

  it('tells whoever reads what an op refuses, however far behind it', async () => {
    setBackend(backend)
    const rows = embedding(tensor([[1, 2]]), tensor(Int32Array.of(5)))
    await expect(mul(rows, 2).data()).rejects.toThrow(/^embedding: /)
    expect(() => rows.dataSync()).toThrow('backend cpu cannot read without waiting')
  })
})
