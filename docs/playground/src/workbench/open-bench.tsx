import { useMemo } from 'preact/hooks'
import { BenchView } from './bench-view.js'
import { createRuns } from './runs.js'

/** The workbench with its workers, which the page loads after everything that it shows first. */
export function OpenBench() {
  return <BenchView runs={useMemo(createRuns, [])} />
}
