import { mostRuns } from './bench.js'
import type { Run } from './contract.js'

const series = new WeakMap<Run, number>()

/**
 * Which series of the page a run is: its colour, dashes and symbol, wherever it is shown. A run keeps it when others
 * are removed; a new one takes the first that none of the others has.
 */
export function seriesOf(run: Run, among: readonly Run[]): number {
  for (const each of among) if (!series.has(each)) series.set(each, firstFree(among))
  return series.get(run) ?? 0
}

function firstFree(among: readonly Run[]): number {
  const taken = new Set(among.map((run) => series.get(run)))
  for (let index = 0; index < mostRuns; index++) if (!taken.has(index)) return index
  return among.length
}
