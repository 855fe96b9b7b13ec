import { type Metric, metricsAmong } from '@gyre/report'
import { capitalized } from '../../interface/capitalized.js'
import type { RunData } from '../contract.js'
import { baseOf, dataNameOf, dataOf } from '../runs/run-words.js'
import type { RunSnapshot } from './run-snapshot.js'

/** Runs on the same data with the same base model: their losses and measures can be held against each other. */
export interface TaskGroup {
  readonly key: string
  readonly title: string
  readonly runs: readonly RunSnapshot[]
  /** What judges them; undefined as long as nothing is measured. */
  readonly metric: Metric | undefined
}

/** The runs by task, in the order of their first ones. */
export function taskGroupsOf(snapshots: readonly RunSnapshot[]): TaskGroup[] {
  const groups = new Map<string, RunSnapshot[]>()
  for (const run of snapshots) {
    const key = keyOf(run)
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups].map(([key, runs]) => ({ key, title: titleOf(runs[0]!), runs, metric: metricOf(runs) }))
}

/** The measures that a run has, those first that judge it. */
export function metricsOf(runs: readonly RunSnapshot[]): Metric[] {
  return metricsAmong(
    runs.flatMap(({ measured }) => measured.flatMap(({ measures }) => Object.keys(measures))),
  )
}

function metricOf(runs: readonly RunSnapshot[]): Metric | undefined {
  return metricsOf(runs)[0]
}

function keyOf(run: RunSnapshot): string {
  const data = dataOf(run)
  return data ? `${baseOf(run)} ${dataKey(data)}` : `alone ${run.id}`
}

/** Two files of one name may differ. */
function dataKey(data: RunData): string {
  if (data.kind === 'built-in') return data.name
  const columns = data.kind === 'table' ? JSON.stringify(data.columns) : ''
  return `${data.fileName} ${data.text.length} ${columns}`
}

function titleOf(run: RunSnapshot): string {
  const data = dataNameOf(run)
  return data === undefined ? `Loaded: ${run.method}` : `${capitalized(data)}, on the ${baseOf(run)}`
}
