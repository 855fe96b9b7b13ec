import { type Metric, metricsAmong } from '@gyre/report'
import type { BaseName, RunData } from '../contract.js'
import { nameData } from '../runs/run-words.js'
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

/** What a run was trained on; undefined for a loaded adapter that does not say. */
export function dataOf({ settings, facts }: RunSnapshot): string | undefined {
  if (settings) return nameData(settings.data)
  const data = facts?.loaded?.data
  return data && nameData({ kind: 'built-in', name: data })
}

export function baseOf({ settings, facts }: RunSnapshot): BaseName | undefined {
  return settings?.base ?? facts?.loaded?.base
}

function keyOf(run: RunSnapshot): string {
  const { settings, facts } = run
  const loaded = facts?.loaded?.data
  const data = settings?.data ?? (loaded && ({ kind: 'built-in', name: loaded } as const))
  return data ? `${baseOf(run)} ${dataKey(data)}` : `alone ${run.id}`
}

/** Two files of one name may differ. */
function dataKey(data: RunData): string {
  if (data.kind === 'built-in') return data.name
  const columns = data.kind === 'table' ? JSON.stringify(data.columns) : ''
  return `${data.fileName} ${data.text.length} ${columns}`
}

function titleOf(run: RunSnapshot): string {
  const data = dataOf(run)
  const base = baseOf(run)
  if (data === undefined) return `Loaded: ${run.method}`
  return `${data.charAt(0).toUpperCase()}${data.slice(1)}, on the ${base}`
}
