import {
  type AnyOp,
  dispatch,
  mapRecord,
  ops,
  type RecordOf,
  SampleSource,
  type StorageRecord,
  type StoredTensor,
  type Tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { referenceInFloat64, relativeDifference } from '../../../../test/reference-in-float64.js'

const { backend } = await findGpu()
const forward = ops.blockCirculant as unknown as AnyOp
const backward = ops.blockCirculantBackward as unknown as AnyOp

const stored = (tensor: Tensor): StoredTensor => {
  const { shape, dtype } = tensor
  return { shape, dtype, storage: backend!.store({ shape, dtype }, tensor.dataSync().slice()) }
}

/** The layer and its gradients against the reference kernels in float64, in one submission each. */
async function expectLayer(rows: number, q: number, k: number, p: number, tolerance = 2e-6): Promise<void> {
  const source = new SampleSource(p + rows, 'float32')
  const inputs = { x: source.normal([rows, k * p]), c: source.normal([q, k, p]) }
  const grad = source.normal([rows, q * p])
  const { x, c } = mapRecord(inputs as RecordOf<Tensor>, stored) as { x: StoredTensor; c: StoredTensor }

  const before = backend!.status.submissions
  const made = backend!.run(forward, { x, c }, {}, forward.shape(inputs, {})) as Record<string, StoredTensor>
  const { inputSpectrum } = made
  const gradients = backend!.run(
    backward,
    { grad: stored(grad), x, c, inputSpectrum } as StorageRecord,
    {},
    { x: inputs.x, c: inputs.c },
  ) as Record<string, StoredTensor>
  expect(backend!.status.submissions - before).toBe(2)

  const expected = referenceInFloat64(forward, inputs, {})
  const saved = dispatch(ops.blockCirculant, inputs, {}).inputSpectrum
  const expectedGradients = referenceInFloat64(backward, { ...inputs, grad, inputSpectrum: saved }, {})
  for (const [name, found, wanted] of [
    ['output', made.output, expected.output],
    ['the gradient of x', gradients.x, expectedGradients.x],
    ['the gradient of c', gradients.c, expectedGradients.c],
  ] as const) {
    const { data } = wanted as { data: ArrayLike<number> }
    const difference = relativeDifference((await backend!.read(found!)) as ArrayLike<number>, data)
    expect(difference, name).toBeLessThanOrEqual(tolerance)
  }
}

describe.skipIf(backend === undefined)('the block-circulant layer on the GPU', () => {
  it.each([
    [1, 5, 3, 4],
    [2, 4, 2, 3],
    [3, 7, 1, 2],
    [4, 3, 3, 1],
    [5, 1, 2, 2],
    [8, 17, 5, 3],
    [12, 2, 2, 5],
    [16, 9, 1, 4],
    [64, 40, 3, 2],
    [96, 1, 2, 3],
    [256, 5, 2, 1],
    [768, 4, 1, 2],
    [1024, 3, 2, 1],
  ])('with blocks of %i agrees with the reference: %i rows, %i by %i blocks', (p, rows, q, k) =>
    expectLayer(rows, q, k, p),
  )

  it('writes out the matrix where blocks have no fast transform', () => expectLayer(6, 2, 3, 11))

  it('adds up many rows in parts', () => expectLayer(301, 9, 6, 8))

  it('takes no rows, and matrices without rows or columns', async () => {
    await expectLayer(0, 2, 3, 8)
    await expectLayer(3, 0, 2, 8)
    await expectLayer(3, 2, 0, 8)
  })
})
