import {
  type AnyOp,
  type ArrayRecord,
  allocateData,
  type DenseArray,
  denseArray,
  isComplex,
  mapRecord,
  type Options,
  type RecordOf,
  sizeOf,
  type Tensor,
  type TensorSpec,
} from '@gyre/tensor'
import { expect } from 'vitest'

/** What an op's reference kernel makes of these inputs, their floats as float64. */
export function referenceInFloat64(
  op: AnyOp,
  inputs: RecordOf<Tensor>,
  options: Options,
): RecordOf<DenseArray> {
  const wide = mapRecord(inputs, (tensor) => {
    const data = tensor.dataSync()
    const isFloat = tensor.dtype === 'float32' || isComplex(tensor.dtype)
    return denseArray(widen(tensor), isFloat ? Float64Array.from(data) : data)
  })
  const expected = mapRecord(op.shape(wide as never, options), (spec) =>
    denseArray(spec, allocateData(spec.dtype, sizeOf(spec.shape))),
  )
  op.reference(wide as ArrayRecord, options, expected as ArrayRecord)
  return expected as RecordOf<DenseArray>
}

/** Largest difference, relative to the largest expected magnitude; equal infinities and NaNs differ by nothing. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!))
    if (Object.is(Math.fround(expected[i]!), actual[i]!)) continue
    const distance = Math.abs(actual[i]! - expected[i]!)
    difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(difference, distance)
  }
  return difference / (largest || 1)
}

function widen({ shape, dtype }: TensorSpec): TensorSpec {
  return { shape, dtype: isComplex(dtype) ? 'complex128' : dtype === 'float32' ? 'float64' : dtype }
}
