import { createFft, type FftPlan, type FftPrecision } from '@gyre/fft'
import { type DataOf, type DType, type FloatDType, realOf } from './dtype.js'
import { ShapeError } from './errors.js'
import { formatShape } from './shape.js'
import type { TensorSpec } from './tensor.js'

/** What a plan reads and writes: real numbers, or complex ones interleaved. */
export type TransformData = DataOf[FloatDType]

const plans = new Map<string, FftPlan<FftPrecision>>()

/** The plan for transforms of length `n` on the arrays of a real or complex dtype; made on first use and kept. */
export function fftPlan(n: number, dtype: DType): FftPlan<FftPrecision> {
  const precision = realOf(dtype) as FftPrecision
  const key = `${precision} ${n}`
  let plan = plans.get(key)
  if (!plan) {
    plan = createFft(n, { precision })
    plans.set(key, plan)
  }
  return plan
}

/** The length of the last axis, along which transforms run, or a `ShapeError` where there is nothing to transform. */
export function transformLength(name: string, input: string, { shape }: TensorSpec): number {
  const n = shape.at(-1)
  if (n === undefined || n === 0) {
    throw new ShapeError(
      `${name}: ${input} has shape ${formatShape(shape)}; expected a last axis of at least 1 element`,
    )
  }
  return n
}
