import { setFlagsFromString } from 'node:v8'
import { type AnyOp, dispatch, ops, SampleSource, type StoredTensor, type Tensor, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'
import type { WasmBackend } from '../backend.js'
import { hasNetwork } from '../fourier-network.js'

// Node 20 has relaxed SIMD behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd')
const variants = ['simd128', 'relaxed-simd'] as const
const backends = {
  simd128: await backendsOnThreads('simd128'),
  'relaxed-simd': await backendsOnThreads('relaxed-simd'),
}

const small = Array.from({ length: 64 }, (_, i) => i + 1)
const large = [80, 96, 125, 128, 160, 192, 243, 256, 384, 512, 768, 1024]
const rowCounts = [1, 2, 3, 5, 7, 8, 9, 17, 40]
const blockCounts = [1, 2, 3, 4, 5, 7, 9]
const sizes = [...small, ...large].filter(hasNetwork)

/** The spectrum of x in this package's layout. */
function inputSpectrum([backend]: readonly WasmBackend[], x: Tensor, c: Tensor): Tensor {
  const op = ops.blockCirculant as unknown as AnyOp
  const stored = (input: Tensor): StoredTensor => {
    const { shape, dtype } = input
    return { shape, dtype, storage: backend!.store({ shape, dtype }, input.dataSync()) }
  }
  const { inputSpectrum } = backend!.run(op, { x: stored(x), c: stored(c) }, {}, op.shape({ x, c }, {}))
  const { shape, dtype } = inputSpectrum as StoredTensor
  return tensor(backend!.readSync(inputSpectrum as StoredTensor), { shape, dtype })
}

describe.each(variants)('the block-circulant layer with %s kernels', (variant) => {
  const all = backends[variant]
  const check = (rows: number, q: number, k: number, p: number) => {
    const source = new SampleSource(p + rows, 'float32')
    const x = source.normal([rows, k * p])
    const c = source.normal([q, k, p])
    const grad = source.normal([rows, q * p])
    expectLikeReference(all, ops.blockCirculant, { x, c }, {})
    const inputs = { grad, x, c, inputSpectrum: inputSpectrum(all, x, c) }
    const { inputSpectrum: reference } = dispatch(ops.blockCirculant, { x, c }, {})
    expectLikeReference(all, ops.blockCirculantBackward, inputs, {}, 2e-6, { inputSpectrum: reference })
  }

  it.each(sizes.map((p, i) => [p, i]))('with blocks of %i agrees with the reference', (p, i) => {
    const rows = rowCounts[i % rowCounts.length]!
    check(rows, blockCounts[i % 7]!, blockCounts[(3 * i + 1) % 7]!, p)
    for (const q of [1, 2]) check(rowCounts[(i + 4 * q) % rowCounts.length]!, q, 1, p)
  })

  it('cuts many rows into chunks', () => {
    check(515, 4, 4, 16)
    check(300, 1, 1, 96)
    check(131, 16, 12, 8)
    check(131, 90, 70, 2)
    check(70, 150, 130, 1)
  })
})
