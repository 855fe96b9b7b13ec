import type { GpuBackend } from '@gyre/gpu'
import {
  type AnyOp,
  type Inputs,
  mapRecord,
  type Op,
  type Options,
  type RecordOf,
  type Results,
  type StorageRecord,
  type StoredTensor,
  type Tensor,
} from '@gyre/tensor'
import { expect } from 'vitest'
import { referenceInFloat64, relativeDifference } from './reference-in-float64.js'

/**
 * Runs an op on the GPU and on its reference kernel in float64. They must differ by at most `tolerance` of the
 * reference's largest magnitude. Saved results, whose layout is the backend's, are not compared. Fails when the op does not run as
 * kernels of its own, which are one submission.
 */
export async function expectOnGpuLikeReference<I extends Inputs, O extends Options, R extends Results>(
  backend: GpuBackend,
  typedOp: Op<I, O, R>,
  inputs: I,
  options: O,
  tolerance: number,
): Promise<void> {
  const op = typedOp as unknown as AnyOp
  const record = inputs as RecordOf<Tensor>
  const stored = mapRecord(record, (tensor): StoredTensor => {
    const { shape, dtype } = tensor
    return { shape, dtype, storage: backend.store({ shape, dtype }, tensor.dataSync().slice()) }
  }) as StorageRecord
  const before = backend.status.submissions
  const results = backend.run(op, stored, options, op.shape(record as never, options))
  expect(backend.status.submissions - before, `${op.name} is one submission`).toBe(1)
  for (const [name, value] of Object.entries(referenceInFloat64(op, record, options))) {
    if (op.saved?.includes(name)) continue
    const found = [results[name]!].flat() as StoredTensor[]
    for (const [i, wanted] of [value].flat().entries()) {
      const difference = relativeDifference(await backend.read(found[i]!), wanted!.data)
      expect(difference, `${op.name}, ${name}[${i}]`).toBeLessThanOrEqual(tolerance)
    }
  }
}
