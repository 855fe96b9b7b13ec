import { DataError } from './data-error.js'

/** A task's examples in two parts. */
export interface SplitExamples<Item> {
  readonly train: readonly Item[]
  readonly dev: readonly Item[]
}

/** Rows 10, 20, 30, … are held out. */
const holdOutEvery = 10

/** A table's rows in two parts; fewer than ten are a `DataError` that names the `source`. */
export function holdOutTenth<Item>(items: readonly Item[], source: string): SplitExamples<Item> {
  if (items.length < holdOutEvery) {
    throw new DataError(
      `${source}: expected at least ${holdOutEvery} rows, of which every tenth is held out, got ${items.length}`,
    )
  }
  const isHeldOut = (index: number): boolean => (index + 1) % holdOutEvery === 0
  return {
    train: items.filter((_, index) => !isHeldOut(index)),
    dev: items.filter((_, index) => isHeldOut(index)),
  }
}
