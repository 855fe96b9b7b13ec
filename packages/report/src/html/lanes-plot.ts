import * as Plot from '@observablehq/plot'
import type { LanesFigure } from '../results/results-report.js'
import { axes, compactNumber, type Drawing, legendOf, plot } from './plot-svg.js'
import { seriesStyle } from './series-style.js'

const laneHeight = 34

/** A lane for each case, its name above it, with a mark for each series. */
export function lanesPlot({ x, points }: LanesFigure): Drawing {
  const lanes = [...new Set(points.map(({ lane }) => lane))]
  const series = [...new Set(points.map((point) => point.series))]
  const frame = axes({ ...x, values: points.map((point) => point.x) }, undefined)
  const svg = plot({
    marginLeft: 14,
    marginTop: 8,
    height: lanes.length * laneHeight + 50,
    ...frame,
    y: { type: 'band', domain: lanes, axis: null },
    marks: [
      ...frame.marks,
      Plot.ruleY(lanes, { y: (lane) => lane, stroke: 'currentColor', strokeOpacity: 0.15, dy: 7 }),
      Plot.text(lanes, {
        y: (lane) => lane,
        text: (lane) => lane,
        frameAnchor: 'left',
        dy: -7,
        stroke: 'var(--surface)',
        fill: 'currentColor',
      }),
      ...series.map((name, i) => {
        const { color, symbol } = seriesStyle(i)
        return Plot.dot(
          points.filter((point) => point.series === name),
          {
            x: 'x',
            y: 'lane',
            dy: 7,
            symbol,
            fill: color,
            r: 4.5,
            title: (point: LanesFigure['points'][number]) =>
              `${point.lane}, ${name}: ${compactNumber(Number(point.x.toPrecision(4)))} ${x.title}`,
          },
        )
      }),
    ],
  })
  return { svg, legend: legendOf(series) }
}
