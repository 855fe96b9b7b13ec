import type { ResultRecord } from '@gyre/report'
import type { Measure, StudyResults, StudySetting } from './study-results.js'

/** What `gyre sweep --dry-run --json` says of a grid. */
export interface SweepPlan {
  readonly settings: readonly PlannedSetting[]
  readonly leftOut: readonly string[]
}

export interface PlannedSetting
  extends Pick<
    StudySetting,
    | 'model'
    | 'task'
    | 'row'
    | 'method'
    | 'budget'
    | 'trainableParameters'
    | 'flopsPerToken'
    | 'cells'
    | 'learningRates'
  > {
  readonly seeds: readonly number[]
  readonly missing: number
  readonly estimatedSeconds: number
}

/** Results of another grid than the one that they should be of. */
export class OtherGridError extends Error {}

/** Puts the records of a sweep, all or some, beside what its grid asks for. */
export function condense(plan: SweepPlan, records: readonly ResultRecord[]): StudyResults {
  const measures: { [task: string]: Measure } = {}
  for (const { settings, metrics } of records) {
    if (metrics.diverged !== 1) measures[String(settings.task)] = measureOf(metrics)
  }
  const settings = plan.settings.map((planned) =>
    condenseSetting(planned, records.filter(isOf(planned)), measures[planned.task]),
  )
  const finished = total(settings, ({ finished }) => finished)
  const found = total(settings, ({ tried, runs }) => tried.length + runs.length)
  if (finished !== records.length || found !== finished) {
    throw new OtherGridError(
      `${records.length} results, of which ${finished} are cells of the grid; expected results of this grid alone`,
    )
  }
  return {
    format: 'gyre-block-size-study',
    version: 1,
    seeds: [...new Set(plan.settings.flatMap(({ seeds }) => seeds))],
    measures,
    processorSeconds: {
      finished: Math.round(total(records, ({ metrics }) => metrics.processorSeconds!)),
      missing: Math.round(total(plan.settings, ({ estimatedSeconds }) => estimatedSeconds)),
    },
    versions: versionsOf(records),
    leftOut: plan.leftOut,
    settings,
  }
}

function isOf({ model, task, method }: PlannedSetting): (record: ResultRecord) => boolean {
  return ({ settings }) => settings.model === model && settings.task === task && settings.method === method
}

function condenseSetting(
  { seeds: _seeds, missing, estimatedSeconds: _seconds, ...planned }: PlannedSetting,
  records: readonly ResultRecord[],
  measure: Measure | undefined,
): StudySetting {
  const measured = ({ metrics }: ResultRecord): number | null => {
    const value = measure && metrics[measure]
    return metrics.diverged === 1 || value === undefined ? null : rounded(value)
  }
  const rateOf = ({ settings }: ResultRecord): number => Number(settings['learning-rate'])
  const [tried, compared] = [true, false].map((tuning) =>
    records.filter(({ settings }) => settings.tuning === tuning),
  ) as [ResultRecord[], ResultRecord[]]
  const { model, task, row, method, budget, trainableParameters, flopsPerToken, cells, learningRates } =
    planned
  return {
    ...{ model, task, row, method, budget, trainableParameters },
    flopsPerToken: Math.round(flopsPerToken),
    cells,
    finished: cells - missing,
    learningRates,
    tried: tried
      .map((record) => ({ learningRate: rateOf(record), value: measured(record) }))
      .sort((a, b) => a.learningRate - b.learningRate),
    learningRate: compared[0] ? rateOf(compared[0]) : null,
    runs: compared
      .map((record) => ({
        seed: Number(record.settings.seed),
        value: measured(record),
        processorSeconds: rounded(record.metrics.processorSeconds!),
        peakBytes: record.metrics.peakBytes!,
      }))
      .sort((a, b) => a.seed - b.seed),
  }
}

function measureOf(metrics: ResultRecord['metrics']): Measure {
  return metrics.accuracy === undefined ? 'loss' : 'accuracy'
}

function versionsOf(records: readonly ResultRecord[]): { readonly [name: string]: readonly string[] } {
  const names = [...new Set(records.flatMap(({ versions }) => Object.keys(versions)))].sort()
  return Object.fromEntries(
    names.map((name) => [name, [...new Set(records.flatMap(({ versions }) => versions[name] ?? []))].sort()]),
  )
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0)
}

function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
