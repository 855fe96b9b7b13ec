import type { Curve, Metric } from '@gyre/report'
import * as Plot from '@observablehq/plot'
import { styleOfSeries } from '../../interface/series.js'
import { stepAxes } from '../../interface/step-axes.js'
import { curvesOf, measuredCurve, type RunCurves, type SmoothedCurve } from './run-curves.js'
import type { RunSnapshot } from './run-snapshot.js'

/** Symbols on a line, so that it is known without its colour. */
const symbolsOnLine = 4

/** Hundreds of small points as one path, since thousands of elements would take a page's time: lines of no length. */
const asPoints = {
  strokeWidth: 3,
  strokeOpacity: 0.45,
  strokeLinecap: 'round',
  curve: (path: CanvasPath) => ({
    lineStart() {},
    lineEnd() {},
    point(x: number, y: number) {
      path.moveTo(x, y)
      path.lineTo(x, y)
    },
  }),
} as const

type Point = readonly [step: number, value: number]

/** The smoothed line of every run over its raw points. */
export function trainingFigure(
  runs: readonly RunSnapshot[],
  curveOf: (curves: RunCurves) => SmoothedCurve,
  logarithmic: boolean,
): Plot.PlotOptions {
  const drawn = runs.map((run) => {
    const { points, line } = curveOf(curvesOf(run.steps, run.settings))
    return { run, points: pointsOf(points, logarithmic), line: pointsOf(line, logarithmic) }
  })
  const frame = frameOf(
    runs,
    drawn.flatMap(({ points }) => points),
    logarithmic,
  )
  const inside = (points: readonly Point[]) => points.filter(([, value]) => value <= frame.values[1])
  const axes = stepAxes(frame)
  const marks = drawn.flatMap(({ run, points, line }) => {
    const { color, dashes, symbol } = styleOfSeries(run.series)
    return [
      Plot.line(inside(points), { ...asPoints, stroke: color }),
      Plot.line(line, { stroke: color, strokeWidth: 2, strokeDasharray: dashes, clip: true }),
      Plot.dot(inside(marked(line, run.series, frame.steps[1])), { symbol, fill: color, r: 4 }),
    ]
  })
  return { ...axes, marks: [...axes.marks, ...marks] }
}

/** What was measured on held-out data: symbols on a line, in a ring where it was all of the data and not a part. */
export function measuredFigure(
  runs: readonly RunSnapshot[],
  { name }: Metric,
  logarithmic: boolean,
): Plot.PlotOptions {
  const drawn = runs.map((run) => ({
    run,
    all: pointsOf(measuredCurve(run, name), logarithmic),
    complete: pointsOf(
      measuredCurve({ measured: run.measured.filter(({ complete }) => complete) }, name),
      logarithmic,
    ),
  }))
  const axes = stepAxes(
    frameOf(
      runs,
      drawn.flatMap(({ all }) => all),
      logarithmic,
    ),
  )
  const marks = drawn.flatMap(({ run, all, complete }) => {
    const { color, dashes, symbol } = styleOfSeries(run.series)
    return [
      Plot.line(all, { stroke: color, strokeWidth: 1.5, strokeDasharray: dashes }),
      Plot.dot(all, { symbol, fill: color, r: 3.5 }),
      Plot.dot(complete, { stroke: color, strokeWidth: 1.5, r: 7 }),
    ]
  })
  return { ...axes, marks: [...axes.marks, ...marks] }
}

/** Points of a line that get a symbol: as far apart in every run, those of different runs beside each other; the last. */
function marked(line: readonly Point[], series: number, length: number): readonly Point[] {
  const apart = length / symbolsOnLine
  const place = ([step]: Point): number => Math.floor((step + (series * apart) / 4) / apart)
  return line.filter((point, i) => i === line.length - 1 || (i > 0 && place(point) > place(line[i - 1]!)))
}

function pointsOf({ steps, values }: Curve, logarithmic: boolean): Point[] {
  return steps.flatMap((step, i): Point[] => {
    const value = values[i]!
    return Number.isFinite(value) && (!logarithmic || value > 0) ? [[step, value]] : []
  })
}

/** Steps as far as the runs are to go, so that curves grow in a frame that stays. */
function frameOf(runs: readonly RunSnapshot[], points: readonly Point[], logarithmic: boolean) {
  const values = domainOf(
    points.map(([, value]) => value),
    logarithmic,
  )
  return { steps: [0, lengthOf(runs)] as const, values, logarithmic }
}

/**
 * From the lowest value to the highest. On a linear axis a few values that are far above all others, as of a training
 * that leaves the numbers, are cut off: they would press everything else together.
 */
function domainOf(values: readonly number[], logarithmic: boolean): [low: number, high: number] {
  if (values.length === 0) return [1, 10]
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
  const [low, upper, highest] = [at(0), at(0.95), at(1)]
  const spread = upper - at(0.05)
  const isFarAbove = !logarithmic && spread > 0 && highest - upper > 20 * spread
  const high = isFarAbove ? upper + 2 * spread : highest
  return low < high ? [low, high] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10 || 1]
}

/** The steps that the runs are to take, or have taken. */
function lengthOf(runs: readonly RunSnapshot[]): number {
  const lengths = runs.map(({ status, settings, steps, measured }) => {
    const last = Math.max(steps.at(-1)?.step ?? 0, measured.at(-1)?.step ?? 0)
    return status === 'failed' ? last : Math.max(last, settings?.steps ?? 0)
  })
  return Math.max(1, ...lengths)
}
