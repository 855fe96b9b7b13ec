import { setFlagsFromString } from 'node:v8'
import {
  type AnyOp,
  allocateData,
  denseArray,
  ops,
  SampleSource,
  type StoredTensor,
  sizeOf,
  type Tensor,
  type TensorSpec,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'
import { hasNetwork } from '../fourier-network.js'

// Node 20 has relaxed SIMD behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd')
const variants = ['simd128', 'relaxed-simd'] as const
const backends = {
  simd128: await backendsOnThreads('simd128'),
  'relaxed-simd': await backendsOnThreads('relaxed-simd'),
}

const small = Array.from({ length: 64 }, (_, i) => i + 1)
const large = [
  80, 96, 100, 105, 128, 144, 160, 192, 256, 320, 384, 480, 512, 640, 729, 768, 1000, 1024, 2048, 4096, 8192,
  16384,
]
const rowCounts = [1, 2, 3, 5, 7, 8, 9, 17]
const lengths = [...small, ...large].filter(hasNetwork)

describe.each(variants)('transforms with %s kernels', (variant) => {
  const shape = (n: number, i: number) => [rowCounts[i % rowCounts.length]!, n]

  it.each(lengths.map((n, i) => [n, i]))('of length %i agree with the reference', (n, i) => {
    const source = new SampleSource(n, 'float32')
    const bins = Math.floor(n / 2) + 1
    const tolerance = 5e-7
    const check = (op: unknown, inputs: { [name: string]: Tensor }, options = {}) =>
      expectLikeReference(backends[variant], op as never, inputs as never, options as never, tolerance)
    check(ops.rfft, { x: source.normal(shape(n, i)) })
    check(ops.irfft, { X: source.complex(shape(bins, i)) }, { n })
    check(ops.fft, { x: source.complex(shape(n, i)) })
    check(ops.ifft, { X: source.complex(shape(n, i)) })
  })

  it('cut many rows into chunks', () => {
    const source = new SampleSource(1, 'float32')
    for (const [rows, n] of [
      [1003, 48],
      [130, 512],
      [0, 16],
    ] as const) {
      expectLikeReference(backends[variant], ops.rfft, { x: source.normal([rows, n]) }, {})
      expectLikeReference(backends[variant], ops.irfft, { X: source.complex([rows, n / 2 + 1]) }, { n })
      expectLikeReference(backends[variant], ops.fft, { x: source.complex([rows, n]) }, {})
    }
  })
})

it.each([64, 768, 1024, 4096, 16384])('rfft of length %i has a relative error of at most 3e-7', (n) => {
  const x = new SampleSource(n, 'float32').normal([4, n])
  const op = ops.rfft as unknown as AnyOp
  const specs = op.shape({ x }, {}) as { output: TensorSpec }
  const expected = allocateData('complex128', sizeOf(specs.output.shape))
  const wide = denseArray({ shape: x.shape, dtype: 'float64' }, Float64Array.from(x.dataSync()))
  op.reference({ x: wide }, {}, { output: denseArray({ ...specs.output, dtype: 'complex128' }, expected) })
  for (const [backend] of Object.values(backends)) {
    const storage = backend!.store({ shape: x.shape, dtype: x.dtype }, x.dataSync())
    const { output } = backend!.run(op, { x: { shape: x.shape, dtype: x.dtype, storage } }, {}, specs)
    const actual = backend!.readSync(output as StoredTensor)
    let error = 0
    let total = 0
    for (let i = 0; i < expected.length; i++) {
      error += (Number(actual[i]) - Number(expected[i])) ** 2
      total += Number(expected[i]) ** 2
    }
    expect(Math.sqrt(error / total)).toBeLessThanOrEqual(3e-7)
  }
})

it('leaves lengths with a large prime factor to the reference', () => {
  expect(hasNetwork(61 * 4)).toBe(true)
  expect(hasNetwork(67)).toBe(false)
})
