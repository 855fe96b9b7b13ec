import {
  type AnyOp,
  type ArrayRecord,
  allocateData,
  type Data,
  denseArray,
  type Inputs,
  isComplex,
  mapRecord,
  type Op,
  type Options,
  type RecordOf,
  type Results,
  type StorageRecord,
  type StoredTensor,
  sizeOf,
  type Tensor,
  type TensorSpec,
} from '@gyre/tensor'
import { type Variant, type WasmBackend, wasm } from '@gyre/wasm'
import { expect } from 'vitest'

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

  const wide = mapRecord({ ...inputs, ...referenceInputs } as RecordOf<Tensor>, (tensor) =>
    denseArray(widen(tensor), Float64Array.from(tensor.dataSync())),
  )
  for (const [name, value] of Object.entries(arrays)) {
    if (!Array.isArray(value) && value && !value.dtype.match(/float|complex/)) wide[name] = value as never
  }
  const expected = mapRecord(op.shape(wide as never, options), (spec) =>
    denseArray(spec, allocateData(spec.dtype, sizeOf(spec.shape))),
  )
  op.reference(wide as ArrayRecord, options, expected as ArrayRecord)
  for (const [name, value] of Object.entries(expected)) {
    if (op.saved?.includes(name)) continue
    const wanted = [value].flat().map((each) => each!.data)
    const got = [first![name]!].flat()
    wanted.forEach((data, i) => {
      expect(relativeDifference(got[i]!, data), `${op.name}, ${name}[${i}]`).toBeLessThanOrEqual(tolerance)
    })
  }
}

/** Largest difference, relative to the largest expected magnitude; equal infinities and NaNs differ by nothing. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(Math.fround(expected[i]!), actual[i]!)) continue
    if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!))
    const distance = Math.abs(actual[i]! - expected[i]!)
    difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(difference, distance)
  }
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!))
  }
  return difference / (largest || 1)
}

function bytesOf(record: Record<string, Data | Data[]>): Buffer {
  const arrays = Object.values(record).flat()
  return Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}

function widen({ shape, dtype }: TensorSpec): TensorSpec {
  return { shape, dtype: isComplex(dtype) ? 'complex128' : dtype === 'float32' ? 'float64' : dtype }
}
