import { configurationsOf, groupBy, overRuns } from './configurations.js'
import { inPlots } from './curve-figures.js'
import type { Metric } from './metrics.js'
import type { ResultRecord } from './record.js'
import type { LineFigure, ReportTable } from './results-report.js'
import { capitalized } from './words.js'

/** What each learning rate reached where rates were chosen, on a part of the training data. */
export function triedRates(
  id: string,
  records: readonly ResultRecord[],
  metrics: readonly Metric[],
): { readonly tables: readonly ReportTable[]; readonly figures: readonly LineFigure[] } {
  const metric = metrics.find(({ role }) => role === 'measure')
  if (records.length === 0 || metric === undefined) return { tables: [], figures: [] }
  const tried = configurationsOf(records).map((configuration) => ({
    method: String(configuration.settings.method ?? ''),
    family: configuration.family,
    rate: Number(configuration.settings['learning-rate']),
    value: overRuns(configuration, metric)?.mean,
  }))
  const rates = [...new Set(tried.map(({ rate }) => rate))].sort((a, b) => a - b)
  const byMethod = [...groupBy(tried, ({ method }) => method)]
  const table: ReportTable = {
    id: `${id}-rates`,
    title: 'Learning rates that were tried',
    note: `${capitalized(metric.title)} on a held-back part of the training data. A dash is a rate that was not tried, or where the training diverged.`,
    columns: [{ title: 'method' }, ...rates.map((rate) => ({ title: String(rate), format: metric.format }))],
    rows: byMethod.map(([method, runs]) => [
      method,
      ...rates.map((rate) => runs.find((run) => run.rate === rate)?.value),
    ]),
  }
  const series = byMethod.flatMap(([label, runs]) => {
    const points = runs
      .flatMap(({ rate, value }) => (value === undefined ? [] : [[rate, value] as const]))
      .sort(([a], [b]) => a - b)
    return points.length > 0 ? [{ label, family: runs[0]!.family, points }] : []
  })
  const figures = inPlots(series).map(
    ({ what, series }, i): LineFigure => ({
      kind: 'lines',
      id: `${id}-rates-plot-${i + 1}`,
      title: `Learning rates${what === '' ? '' : `: ${what}`}`,
      description: `${capitalized(metric.title)} at each rate, on held-back training data. The numbers are in the table of the rates.`,
      x: { title: 'learning rate', logarithmic: true },
      y: { title: metric.title, logarithmic: false },
      series,
    }),
  )
  return { tables: [table], figures }
}
