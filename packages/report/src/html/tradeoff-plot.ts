import * as Plot from '@observablehq/plot'
import type { TradeoffFigure } from '../results/results-report.js'
import { axes, compactNumber, type Drawing, legendOf, plot } from './plot-svg.js'
import { seriesStyle } from './series-style.js'

type Point = TradeoffFigure['points'][number]

export function tradeoffPlot({ x, y, series, points, front, levels }: TradeoffFigure): Drawing {
  const halfWidth = (point: Point): number => point.y.halfWidth ?? 0
  const ys = [
    ...points.flatMap((point) => [point.y.mean - halfWidth(point), point.y.mean + halfWidth(point)]),
    ...levels.map((level) => level.y),
  ]
  const title = ({ label, x: cost, y: value }: Point): string => {
    const range = value.halfWidth === undefined ? '' : ` ± ${short(value.halfWidth)}`
    return `${label}: ${short(value.mean)}${range} for ${short(cost)}`
  }
  const frame = axes({ ...x, values: points.map((point) => point.x) }, { ...y, values: ys })
  const svg = plot({
    ...frame,
    marks: [
      ...frame.marks,
      Plot.ruleY(levels, {
        y: (level) => level.y,
        stroke: 'currentColor',
        strokeDasharray: '3 3',
        title: ({ label, y }) => `${label}: ${short(y)}`,
      }),
      Plot.text(levels, {
        y: (level) => level.y,
        text: 'label',
        frameAnchor: 'right',
        textAnchor: 'end',
        dy: -7,
        fill: 'currentColor',
        stroke: 'var(--surface)',
      }),
      // A front is a stair: between two of its points nothing better than the cheaper one is known.
      Plot.line(front, {
        stroke: 'currentColor',
        strokeOpacity: 0.45,
        strokeWidth: 1.5,
        curve: 'step-after',
      }),
      ...series.flatMap((name, i) => {
        const own = points.filter((point) => point.series === name)
        const { color, symbol } = seriesStyle(i)
        return [
          Plot.ruleX(own, {
            x: 'x',
            y1: (point: Point) => point.y.mean - halfWidth(point),
            y2: (point: Point) => point.y.mean + halfWidth(point),
            stroke: color,
            strokeWidth: 1.5,
          }),
          Plot.dot(own, { x: 'x', y: (point: Point) => point.y.mean, symbol, fill: color, r: 4.5, title }),
        ]
      }),
    ],
  })
  // With the styles that they have in all plots.
  const legend = legendOf(series).filter(({ label }) => points.some((point) => point.series === label))
  return { svg, legend }
}

function short(value: number): string {
  return compactNumber(Number(value.toPrecision(4)))
}
