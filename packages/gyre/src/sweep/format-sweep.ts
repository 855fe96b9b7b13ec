import {
  formatDuration,
  meanOf,
  type ResultRecord,
  renderTable,
  spreadOf,
  type TableCell,
} from '@gyre/report'
import { type ChosenRate, judgedBy } from './choose-rate.js'
import type { Estimate } from './estimate.js'
import type { Grid } from './grid.js'
import type { Group, Plan } from './plan.js'

/** How much of a group is still to be done, and how long that takes one processor. */
export interface Outlook {
  readonly group: Group
  readonly cells: number
  readonly missing: number
  readonly seconds: number
  readonly source: Estimate['source']
}

/** What a sweep is going to run, in words and as a table of the grid's rows. */
export function formatPlan(
  { name }: Grid,
  { leftOut }: Plan,
  outlooks: readonly Outlook[],
  parallel: number,
): string {
  const sum = (count: (outlook: Outlook) => number): number =>
    outlooks.reduce((total, outlook) => total + count(outlook), 0)
  const cells = sum((outlook) => outlook.cells)
  const missing = sum((outlook) => outlook.missing)
  const seconds = sum((outlook) => outlook.seconds)
  const tuning = sum(({ group }) => group.tuning.length)
  const rows = new Map<string, Outlook[]>()
  for (const outlook of outlooks) {
    const { model, task, row } = outlook.group.setting
    const key = JSON.stringify([model.name, task.name, row])
    rows.set(key, [...(rows.get(key) ?? []), outlook])
  }
  const table = [...rows].map(([key, group]): TableCell[] => {
    const [model, task, row] = JSON.parse(key) as [string, string, string]
    const trained = group.map(({ group: { setting } }) => setting.costs.trainableParameters)
    const count = (of: (outlook: Outlook) => number): number =>
      group.reduce((total, outlook) => total + of(outlook), 0)
    return [
      model,
      task,
      row,
      group.length,
      Math.min(...trained),
      Math.max(...trained),
      count((outlook) => outlook.cells),
      count((outlook) => outlook.missing),
      formatDuration(count((outlook) => outlook.seconds)),
    ]
  })
  const sources = new Set(outlooks.filter((outlook) => outlook.missing > 0).map(({ source }) => source))
  return [
    renderTable(
      [
        { title: 'model' },
        { title: 'task' },
        { title: 'method' },
        { title: 'sizes' },
        { title: 'trained from' },
        { title: 'to' },
        { title: 'cells' },
        { title: 'to run' },
        { title: 'processor time' },
      ],
      table,
    ),
    '',
    `${name}: ${outlooks.length} settings, ${cells} cells: ${tuning} to choose learning rates, ${cells - tuning} to compare; ${cells - missing} are finished`,
    ...leftOut.map((what) => `left out: ${what}`),
    ...(outlooks.some(({ group }) => group.setting.automatic)
      ? [
          'where the gradients of each run choose the block sizes, trained is the budget, and the time is that of one size everywhere',
        ]
      : []),
    missing === 0
      ? 'nothing is left to run'
      : `estimated: ${formatDuration(seconds)} of one processor, ${formatDuration(seconds / parallel)} with ${parallel} at a time; ${sourceText(sources)}`,
  ].join('\n')
}

function sourceText(sources: ReadonlySet<Estimate['source']>): string {
  const probe = 'traced FLOPs, at the speed of a few steps of each method measured here'
  const finished = 'traced FLOPs, at the speed of the cells that are finished'
  if (sources.size === 2) return `from ${finished}, or, where none is, ${probe}`
  return `from ${sources.has('probe') ? probe : finished}`
}

/** What the runs of a setting, one for each seed, come to. */
export interface SettingSummary {
  readonly model: string
  readonly task: string
  readonly method: string
  /** Mean of the runs, which may have chosen block sizes of their own. */
  readonly trainableParameters: number
  readonly learningRate: number
  readonly atEdge: boolean
  readonly metric: string
  /** Of the runs that did not diverge; undefined when none did not. */
  readonly mean: number | undefined
  /** Of the sample; undefined for a single run. */
  readonly deviation: number | undefined
  readonly runs: number
  readonly diverged: number
  /** Mean of the runs. */
  readonly seconds: number
}

export function summarizeSetting(
  { setting, outline }: Group,
  { learningRate, atEdge }: ChosenRate,
  runs: readonly ResultRecord[],
): SettingSummary {
  const { metric } = judgedBy(outline)
  const spread = spreadOf(runs.map(({ metrics }) => metrics[metric]))
  return {
    model: setting.model.name,
    task: setting.task.name,
    method: setting.method,
    trainableParameters: meanOf(runs.map(({ metrics }) => metrics.trainableParameters!)),
    learningRate,
    atEdge,
    metric,
    mean: spread?.mean,
    deviation: runs.length > 1 ? spread?.deviation : undefined,
    runs: runs.length,
    diverged: runs.filter(({ metrics }) => metrics.diverged).length,
    seconds: runs.reduce((total, { metrics }) => total + metrics.seconds!, 0) / runs.length,
  }
}

export function formatSummaries(summaries: readonly SettingSummary[]): string {
  const edge = summaries.some(({ atEdge }) => atEdge)
  const table = renderTable(
    [
      { title: 'model' },
      { title: 'task' },
      { title: 'method' },
      { title: 'trained' },
      { title: 'rate' },
      { title: 'measure' },
      { title: 'mean', digits: 4 },
      { title: '±', digits: 4 },
      { title: 'runs' },
      { title: 's/run', digits: 1 },
    ],
    summaries.map((summary) => [
      summary.model,
      summary.task,
      summary.method,
      summary.trainableParameters,
      `${summary.learningRate}${summary.atEdge ? ' *' : ''}`,
      summary.metric,
      summary.mean,
      summary.deviation,
      summary.diverged === 0 ? summary.runs : `${summary.runs}, ${summary.diverged} diverged`,
      summary.seconds,
    ]),
  )
  return edge ? `${table}\n\n* the lowest or highest rate that was tried: a better one may lie beyond` : table
}
