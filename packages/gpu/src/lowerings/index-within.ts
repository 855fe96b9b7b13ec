import { indexError } from '@gyre/tensor'
import type { Lowering } from '../kernel.js'
import type { Dispatch } from '../program/step.js'

/**
 * What a dispatch needs for `index_within(position, index)`, which gives an index that can be read, and refuses one
 * outside 0 … length - 1. `name` is the op's, for the error.
 */
export function indexWithin(
  lowering: Lowering,
  name: string,
  length: number,
): Required<Pick<Dispatch, 'guard' | 'declarations'>> {
  return {
    guard: lowering.guard((position, index) => indexError(name, index, position, length)),
    declarations: `fn index_within(position: u32, index: i32) -> u32 {
  if (index < 0 || index >= ${length}) {
    refuse(position, index);
    return 0u;
  }
  return u32(index);
}`,
  }
}
