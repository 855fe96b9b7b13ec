import { indexError, sizeOf } from '@gyre/tensor'
import type { Located, Lowering } from '../kernel.js'

/** Ends the program with the reference's error when an index is outside 0 … length - 1. */
export function checkIndices(name: string, indices: Located, length: number, lowering: Lowering): void {
  const guard = lowering.guard((position, index) => indexError(name, index, position, length))
  const args = { indices: indices.block, count: sizeOf(indices.shape), length, guard }
  lowering.run('checkIndices', args, { mayHalt: true })
}
