import * as Plot from '@observablehq/plot'
import { styleOfSeries } from '../../interface/series.js'
import { stepAxes } from '../../interface/step-axes.js'
import { type ExplosionCurve, type ExplosionProgress, network } from './explosion-training.js'

/** α and α / p as they look in both plots and in the legend. */
export const seriesOf = ({ scaled }: Pick<ExplosionCurve, 'scaled'>): number => (scaled ? 0 : 1)

/** Gradient norms over the steps, with the dense network's first one for comparison. */
export function normFigure({ curves, denseNorm }: ExplosionProgress): Plot.PlotOptions {
  return figure(
    curves,
    ({ gradNorm }) => gradNorm,
    [denseNorm],
    [Plot.ruleY([denseNorm], { stroke: 'var(--quiet)', strokeDasharray: '1 4' })],
  )
}

export function lossFigure({ curves }: ExplosionProgress): Plot.PlotOptions {
  return figure(curves, ({ loss }) => loss, [1], [])
}

type Point = ExplosionCurve['points'][number]

function figure(
  curves: readonly ExplosionCurve[],
  numberOf: (point: Point) => number,
  alsoShown: readonly number[],
  marks: readonly Plot.Markish[],
): Plot.PlotOptions {
  const isOnScale = (value: number): boolean => Number.isFinite(value) && value > 0
  const values = curves.flatMap(({ points }) => points.map(numberOf)).filter(isOnScale)
  const all = [...values, ...alsoShown]
  const [low, high] = [Math.min(...all) / 1.3, Math.max(...all) * 1.3]
  // A logarithmic axis has no place for 0 and for what is no number: they lie on its ends.
  const y = (point: Point): number => {
    const value = numberOf(point)
    return isOnScale(value) ? value : value === 0 ? low : high
  }
  const axes = stepAxes({ steps: [1, network.steps], values: [low, high], logarithmic: true })
  return {
    ...axes,
    marks: [
      ...axes.marks,
      ...marks,
      ...curves.flatMap((curve) => {
        const { color, dashes, symbol } = styleOfSeries(seriesOf(curve))
        const { points } = curve
        const diverged = points.filter(({ diverged }) => diverged)
        const marked = points.filter(
          ({ step, diverged }, i) => !diverged && (step % 15 === 0 || i === points.length - 1),
        )
        return [
          Plot.line(points, { x: 'step', y, stroke: color, strokeWidth: 2, strokeDasharray: dashes }),
          Plot.dot(marked, { x: 'step', y, symbol, fill: color, r: 4 }),
          Plot.dot(diverged, { x: 'step', y, symbol: 'times', stroke: color, strokeWidth: 3, r: 7 }),
        ]
      }),
    ],
  }
}
