import { type Configuration, overRuns } from './configurations.js'
import { mostSeries } from './curve-figures.js'
import { metricOf, plottedCosts } from './metrics.js'
import { paretoFront } from './pareto-front.js'
import type { Ranking } from './ranking.js'
import type { Axis, TradeoffFigure } from './results-report.js'
import { capitalized, listOf } from './words.js'

/** The measure against each kind of cost that tells the configurations apart. */
export function tradeoffFigures(
  id: string,
  configurations: readonly Configuration[],
  { metric, ranked }: Ranking,
): TradeoffFigure[] {
  // A series of its own for each where they are few, as in the plots of curves.
  const seriesOf = ({ label, family }: Configuration): string =>
    configurations.length <= mostSeries ? label : family
  const series = [...new Set(configurations.map(seriesOf))]
  return plottedCosts.flatMap((names): TradeoffFigure[] => {
    const name = names.find((name) =>
      ranked.some(({ configuration: { runs } }) => isKnown(runs[0]!.metrics[name])),
    )
    if (name === undefined) return []
    const cost = metricOf(name)
    const all = ranked.map(({ configuration, value }) => ({
      label: configuration.label,
      series: seriesOf(configuration),
      y: value,
      x: overRuns(configuration, cost)?.mean,
    }))
    // What costs nothing has no place on a logarithmic axis.
    const points = all.flatMap(({ x, ...point }) => (x !== undefined && x > 0 ? [{ ...point, x }] : []))
    if (new Set(points.map(({ x }) => x)).size < 2) return []
    const levels = all.filter(({ x }) => x === undefined || x <= 0)
    const front = paretoFront(
      all.flatMap(({ label, x, y }) => (x === undefined ? [] : [{ label, cost: x, value: y.mean }])),
      metric.better,
    )
    return [
      {
        kind: 'tradeoff',
        id: `${id}-${name.toLowerCase()}`,
        title: `${capitalized(metric.title)} against ${cost.title}`,
        description: `${capitalized(metric.better)} and further left is better. No other is as good for as little: ${listOf(front.map(({ label }) => label))}.`,
        x: { title: cost.title, logarithmic: true } satisfies Axis,
        y: { title: metric.title, logarithmic: false },
        series,
        points,
        front: front.flatMap(({ cost, value }) => (cost > 0 ? [[cost, value] as const] : [])),
        levels: levels.map(({ label, y }) => ({ label, y: y.mean })),
      },
    ]
  })
}

function isKnown(value: number | undefined): boolean {
  return value !== undefined && value > 0
}
