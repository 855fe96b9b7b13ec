import { indexError } from '@gyre/tensor'
import type { Lowering } from '../kernel.js'

/**
 * In WGSL: `index_within(position, index)`, which gives an index that can be read, and refuses one outside
 * 0 … length - 1. `name` is the op's, for the error.
 */
export function indexWithin(lowering: Lowering, name: string, length: number): string {
  const guard = lowering.guard((position, index) => indexError(name, index, position, length))
  return `fn index_within(position: u32, index: i32) -> u32 {
  if (index < 0 || index >= ${length}) {
    refuse(${guard}u, position, index);
    return 0u;
  }
  return u32(index);
}`
}
