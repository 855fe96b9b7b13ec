import type { Data } from './dtype.js'
import { IndexError } from './errors.js'

/** Throws a `IndexError` that names the first index outside 0 … length - 1. */
export function checkIndices(name: string, indices: Data, length: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (index < 0 || index >= length) {
      throw new IndexError(`${name}: index ${index} at position ${i} is outside 0 to ${length - 1}`)
    }
  }
}
