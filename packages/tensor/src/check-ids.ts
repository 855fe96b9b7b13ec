import { IndexError } from './errors.js'
import type { DenseArray } from './op.js'

/** Throws an `IndexError` that names the first id which is not the number of a row, and where it stands. */
export function checkIds(name: string, ids: DenseArray, rows: number): void {
  for (let i = 0; i < ids.data.length; i++) {
    const id = ids.data[i]!
    if (id < 0 || id >= rows) {
      throw new IndexError(`${name}: id ${id} at position ${i} is outside 0 to ${rows - 1}`)
    }
  }
}
