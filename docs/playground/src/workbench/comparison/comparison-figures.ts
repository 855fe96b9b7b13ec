import { logarithmicTicks, type Metric, roundSteps, shortNumber } from '@gyre/report'
import * as Plot from '@observablehq/plot'
import { styleOfSeries } from '../../interface/series.js'
import { curvesOf, type SmoothedCurve } from './run-curves.js'
import type { RunSnapshot } from './run-snapshot.js'

/** Symbols on a line, so that it is known without its colour. */
const symbolsOnLine = 4

type Point = readonly [step: number, value: number]

/** The smoothed line of every run over its raw points. */
export function trainingFigure(
  runs: readonly RunSnapshot[],
  curveOf: (curves: ReturnType<typeof curvesOf>) => SmoothedCurve,
  logarithmic: boolean,
): Plot.PlotOptions {
  const drawn = runs.map((run) => {
    const { points, line } = curveOf(curvesOf(run.steps, run.settings))
    return { run, points: pointsOf(points, logarithmic), line: pointsOf(line, logarithmic) }
  })
  const marks = drawn.flatMap(({ run, points, line }) => {
    const { color } = styleOfSeries(run.series)
    return [
      Plot.dot(points, { r: 1.5, fill: color, fillOpacity: 0.45, clip: true }),
      ...lineMarks(line, run.series, lengthOf(runs)),
    ]
  })
  return figure(
    runs,
    drawn.flatMap(({ points }) => points),
    logarithmic,
    marks,
  )
}

/** What was measured on held-out data: filled symbols on a part of it, rings on all of it. */
export function measuredFigure(
  runs: readonly RunSnapshot[],
  { name }: Metric,
  logarithmic: boolean,
): Plot.PlotOptions {
  const drawn = runs.map((run) => {
    const measured = run.measured.filter(({ measures }) => isOnScale(measures[name]!, logarithmic))
    const pointOf = ({ step, measures }: (typeof measured)[number]): Point => [step, measures[name]!]
    return {
      run,
      all: measured.map(pointOf),
      complete: measured.filter(({ complete }) => complete).map(pointOf),
    }
  })
  const marks = drawn.flatMap(({ run, all, complete }) => {
    const { color, dashes, symbol } = styleOfSeries(run.series)
    return [
      Plot.line(all, { stroke: color, strokeWidth: 1.5, strokeDasharray: dashes }),
      Plot.dot(all, { symbol, fill: color, r: 3.5 }),
      Plot.dot(complete, { stroke: color, strokeWidth: 1.5, r: 7 }),
    ]
  })
  return figure(
    runs,
    drawn.flatMap(({ all }) => all),
    logarithmic,
    marks,
  )
}

/** A line with symbols as far apart in every run, those of different runs beside each other, and one at its end. */
function lineMarks(line: readonly Point[], series: number, length: number): Plot.Markish[] {
  const { color, dashes, symbol } = styleOfSeries(series)
  const apart = length / symbolsOnLine
  const place = ([step]: Point): number => Math.floor((step + (series * apart) / 4) / apart)
  const marked = line.filter(
    (point, i) => i === line.length - 1 || (i > 0 && place(point) > place(line[i - 1]!)),
  )
  return [
    Plot.line(line, { stroke: color, strokeWidth: 2, strokeDasharray: dashes, clip: true }),
    Plot.dot(marked, { symbol, fill: color, r: 4, clip: true }),
  ]
}

function pointsOf(
  { steps, values }: { readonly steps: readonly number[]; readonly values: readonly number[] },
  logarithmic: boolean,
): Point[] {
  return steps.flatMap((step, i): Point[] => (isOnScale(values[i]!, logarithmic) ? [[step, values[i]!]] : []))
}

function isOnScale(value: number, logarithmic: boolean): boolean {
  return Number.isFinite(value) && (!logarithmic || value > 0)
}

/** The axes: steps as far as the runs are to go, so that curves grow in a frame that stays. */
function figure(
  runs: readonly RunSnapshot[],
  points: readonly Point[],
  logarithmic: boolean,
  marks: readonly Plot.Markish[],
): Plot.PlotOptions {
  const domain = domainOf(
    points.map(([, value]) => value),
    logarithmic,
  )
  const ticks = (logarithmic ? logarithmicTicks : roundSteps)(...domain)
  return {
    height: 250,
    marginLeft: 52,
    marginBottom: 40,
    x: { domain: [0, lengthOf(runs)], label: 'step', labelArrow: 'none', labelOffset: 36 },
    y: { type: logarithmic ? 'log' : 'linear', domain, inset: 8 },
    marks: [Plot.gridY(ticks), Plot.axisY(ticks, { text: shortNumber, label: null }), ...marks],
  }
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
