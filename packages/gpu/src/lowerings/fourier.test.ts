import { type AnyOp, ops, SampleSource, type StoredTensor, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'
import { someOf } from '../../../../test/long-run.js'
import { referenceInFloat64 } from '../../../../test/reference-in-float64.js'

const { backend } = await findGpu()

const lengths = someOf([1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 64, 105, 640, 768, 2048])
const rowCounts = [1, 2, 3, 17, 70]

describe.skipIf(backend === undefined)('transforms on the GPU', () => {
  async function expectTransforms(n: number, rows: number): Promise<void> {
    const source = new SampleSource(n, 'float32')
    const bins = Math.floor(n / 2) + 1
    const check = (op: unknown, inputs: { [name: string]: Tensor }, options = {}) =>
      expectOnGpuLikeReference(backend!, op as never, inputs as never, options as never, 1e-6)
    await check(ops.fft, { x: source.complex([rows, n]) })
    await check(ops.ifft, { X: source.complex([rows, n]) })
    await check(ops.rfft, { x: source.normal([rows, n]) })
    await check(ops.irfft, { X: source.complex([rows, bins]) }, { n })
  }

  it.each(lengths.map((n, i) => [n, rowCounts[i % rowCounts.length]!]))(
    'of length %i agree with the reference, in %i rows',
    expectTransforms,
  )

  it.each([11, 26, 509])('of length %i, which has a large prime factor, agree with the reference', (n) =>
    expectTransforms(n, 3),
  )

  it.each([6561, 16384])('of length %i, in two passes, agree with the reference', (n) =>
    expectTransforms(n, 2),
  )

  it('take a batch of no rows', () => expectTransforms(4, 0))

  it.each([768, 1024, 4096])('have at length %i a relative error of at most 3e-7', async (n) => {
    const x = new SampleSource(n, 'float32').complex([4, n])
    const op = ops.fft as unknown as AnyOp
    const expected = (referenceInFloat64(op, { x }, {}).output as { data: ArrayLike<number> }).data
    const storage = backend!.store(x, x.dataSync().slice())
    const { output } = backend!.run(
      op,
      { x: { shape: x.shape, dtype: x.dtype, storage } },
      {},
      op.shape({ x }, {}),
    )
    const actual = (await backend!.read(output as StoredTensor)) as ArrayLike<number>
    let error = 0
    let total = 0
    for (let i = 0; i < expected.length; i++) {
      error += (actual[i]! - expected[i]!) ** 2
      total += expected[i]! ** 2
    }
    expect(Math.sqrt(error / total)).toBeLessThanOrEqual(3e-7)
  })
})
