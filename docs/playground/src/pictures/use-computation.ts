import type { TensorRecord } from '@gyre/tensor'
import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { type Computation, computeWhenever } from './compute.js'

/** `computeWhenever` for as long as a component is shown; the input and the function are those of its first time. */
export function useComputation<Input, Tensors extends TensorRecord>(
  input: ReadonlySignal<Input>,
  compute: (input: Input) => Tensors,
): Computation<Input, Tensors> {
  const computation = useMemo(() => computeWhenever(input, compute), [])
  useEffect(() => computation.end, [computation])
  return computation
}
