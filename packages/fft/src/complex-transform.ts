import { chooseMethod, type FftMethod } from './algorithm.js'
import { BluesteinTransform } from './bluestein.js'
import type { RealArray } from './precision.js'
import { StockhamTransform } from './stockham.js'
import type { WorkArray } from './work-array.js'

/** The transform of one row of n complex numbers: all tables and scratch arrays are made once, at the start. */
export interface ComplexTransform {
  /** Where a row of 2n numbers is put that is made on the way and belongs to no caller. */
  readonly input: WorkArray

  /**
   * Transforms the row of `source` that starts at number `sourceAt` into that of `target` that starts at
   * `targetAt`, interleaved. The inverse is scaled by 1/n. The source is read to its end before anything is
   * written, so both may be the same row.
   *
   * Without a source the row is taken from `input`; without a target it is left in the array returned, until the
   * next run. An inverse swaps the parts of each number where it reads a source and where it writes a target (see
   * boundary-stages.ts), and scales at the target: whoever fills `input` for an inverse swaps them there.
   */
  run(
    source: RealArray | null,
    sourceAt: number,
    target: RealArray | null,
    targetAt: number,
    inverse: boolean,
  ): WorkArray
}

export function createComplexTransform(n: number, method: FftMethod): ComplexTransform {
  if (method.kind === 'stages') return new StockhamTransform(n, method.radices)
  const length = method.convolutionLength
  return new BluesteinTransform(n, length, createComplexTransform(length, chooseMethod(length)))
}
