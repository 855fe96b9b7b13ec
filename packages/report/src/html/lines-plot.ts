import * as Plot from '@observablehq/plot'
import type { LineFigure } from '../results/results-report.js'
import { axes, type Drawing, legendOf, plot } from './plot-svg.js'
import { seriesStyle } from './series-style.js'

/** Symbols on a line, so that it is known without its colour. */
const symbolsOnLine = 3

export function linesPlot({ x, y, series }: LineFigure): Drawing {
  const points = series.flatMap((each) => each.points)
  const frame = axes(
    { ...x, values: points.map(([value]) => value) },
    { ...y, values: points.map(([, value]) => value) },
  )
  const svg = plot({
    ...frame,
    marks: [
      ...frame.marks,
      ...series.flatMap(({ points }, i) => {
        const { color, symbol, dashes } = seriesStyle(i)
        const every = Math.max(1, Math.ceil(points.length / symbolsOnLine))
        // Symbols of lines that lie over each other stand beside each other.
        const marked = points.filter((_, k) => (k + Math.floor((i * every) / series.length)) % every === 0)
        return [
          Plot.line(points, { stroke: color, strokeWidth: 1.8, strokeDasharray: dashes }),
          Plot.dot(marked, {
            symbol,
            fill: color,
            r: 3.5,
          }),
        ]
      }),
    ],
  })
  const labels = series.map(({ label }) => label)
  return { svg, legend: legendOf(labels, true).filter((_, i) => series[i]!.points.length > 0) }
}
