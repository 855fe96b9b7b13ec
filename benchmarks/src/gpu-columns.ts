import { peakOf } from './adapter-peaks.js'
import type { Row } from './run-case.js'
import type { Case } from './task.js'

/** The rows of one case, with what can be said of a GPU: rates, and their share of the adapter's peak. */
export function withGpuColumns(
  rows: readonly Row[],
  { bytes, unitsPerRun = 1 }: Case,
  adapterOf: (system: string) => string | undefined,
): Row[] {
  const gyre = rows.find(({ system }) => system === 'gyre-gpu')
  return rows.map((row) => {
    const rate = bytes === undefined ? undefined : bytes / (row.msMin * unitsPerRun) / 1e6
    const peak = peakOf(adapterOf(row.system) ?? '')
    return {
      ...row,
      ...(gyre && { timesGyreGpu: row.msMin / gyre.msMin }),
      ...(rate !== undefined && { gigabytesPerSecond: rate }),
      ...(peak && row.gflops !== undefined && { shareOfFlops: row.gflops / peak.gflops }),
      ...(peak && rate !== undefined && { shareOfBandwidth: rate / peak.gigabytesPerSecond }),
    }
  })
}
