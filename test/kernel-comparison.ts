import {
  type AnyOp,
  type Data,
  denseArray,
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
import { type Variant, type WasmBackend, wasm } from '@gyre/wasm'
import { expect } from 'vitest'
import { referenceInFloat64, relativeDifference } from './reference-in-float64.js'

/** Backends that must agree to the last bit: one, two and three threads. */
export async function backendsOnThreads(variant?: Variant): Promise<readonly WasmBackend[]> {
  return Promise.all([1, 2, 3].map((threads) => wasm({ threads, variant })))
}

/**
 * Runs an op on every backend and on its reference kernel in float64. The backends must give the same bytes, and
 * differ from the reference by at most `tolerance` of its largest magnitude. Saved results, whose layout is the
 * backend's, are compared among the backends only; `referenceInputs` are those that the reference wants in its own.
 * Fails when the op has no kernel for these inputs.
 */
export function expectLikeReference<I extends Inputs, O extends Options, R extends Results>(
  backends: readonly WasmBackend[],
  typedOp: Op<I, O, R>,
  inputs: I,
  options: O,
  tolerance = 2e-6,
  referenceInputs: Partial<I> = {},
): void {
  const op = typedOp as unknown as AnyOp
  const arrays = mapRecord(inputs as RecordOf<Tensor>, (tensor) => denseArray(tensor, tensor.dataSync()))
  const specs = op.shape(arrays, options)
  const all = backends.map((backend) => {
    expect(backend.kernelOf(op, arrays, options, specs), `${op.name} has a kernel`).toBeDefined()
    const stored = mapRecord(arrays, ({ shape, dtype, data }): StoredTensor => {
      return { shape, dtype, storage: backend.store({ shape, dtype }, data.slice()) }
    })
    const results = backend.run(op, stored as StorageRecord, options, specs)
    return mapRecord(results, (result) => backend.readSync(result)) as Record<string, Data | Data[]>
  })
  const [first, ...others] = all
  for (const other of others) expect(bytesOf(other).equals(bytesOf(first!)), 'equal bytes').toBe(true)

  const expected = referenceInFloat64(op, { ...inputs, ...referenceInputs } as RecordOf<Tensor>, options)
  for (const [name, value] of Object.entries(expected)) {
    if (op.saved?.includes(name)) continue
    const wanted = [value].flat().map((each) => each!.data)
    const got = [first![name]!].flat()
    wanted.forEach((data, i) => {
      expect(relativeDifference(got[i]!, data), `${op.name}, ${name}[${i}]`).toBeLessThanOrEqual(tolerance)
    })
  }
}

function bytesOf(record: Record<string, Data | Data[]>): Buffer {
  const arrays = Object.values(record).flat()
  return Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}
