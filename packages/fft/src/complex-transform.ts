import { chooseMethod, type FftMethod } from './algorithm.js'
import { BluesteinTransform } from './bluestein.js'
import type { RealArray } from './precision.js'
import { StockhamTransform } from './stockham.js'

/** The transform of one row of n complex numbers: all tables and scratch arrays are made once, at the start. */
export interface ComplexTransform {
  /**
   * Transforms the row of `source` that starts at number `sourceAt` into that of `target` that starts at
   * `targetAt`, interleaved. The inverse is scaled by 1/n. The source is read to its end before anything is
   * written, so both may be the same row.
   */
  run(source: RealArray, sourceAt: number, target: RealArray, targetAt: number, inverse: boolean): void
}

export function createComplexTransform(n: number, method: FftMethod): ComplexTransform {
  if (method.kind === 'stages') return new StockhamTransform(n, method.radices)
  const length = method.convolutionLength
  return new BluesteinTransform(n, length, createComplexTransform(length, chooseMethod(length)))
}
