import type { Data } from './dtype.js'
import { IndexError } from './errors.js'

/** Throws a `IndexError` that names the first index outside 0 … length - 1. */
export function checkIndices(name: string, indices: Data, length: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (index < 0 || index >= length) throw indexError(name, index, i, length)
  }
}

/** The error for an index outside 0 … length - 1. */
export function indexError(name: string, index: number, position: number, length: number): IndexError {
  return new IndexError(`${name}: index ${index} at position ${position} is outside 0 to ${length - 1}`)
}
