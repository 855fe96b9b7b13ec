import { type Curve, thinnedCurve } from '@gyre/report'
import type { RunSettings, RunStep } from '../contract.js'
import type { RunSnapshot } from './run-snapshot.js'

/** A number over the steps: as it was, and smoothed. */
export interface SmoothedCurve {
  /** Of every step; the index is that of the step in `steps`. */
  readonly smooth: readonly number[]
  /** Thinned, for points in a plot. */
  readonly points: Curve
  /** Thinned, for a line in a plot. */
  readonly line: Curve
}

/** The curves of a training. */
export interface RunCurves {
  readonly steps: readonly RunStep[]
  readonly loss: SmoothedCurve
  readonly gradNorm: SmoothedCurve
}

/** As many as a plot shows. */
const mostPoints = 120
const mostOnLine = 240

const known = new WeakMap<readonly RunStep[], RunCurves>()

/** The curves of these steps, made once for each list of them. */
export function curvesOf(steps: readonly RunStep[], settings: RunSettings | undefined): RunCurves {
  const before = known.get(steps)
  if (before) return before
  const window = smoothingWindow(settings?.steps ?? steps.length)
  const curves = {
    steps,
    loss: curveOf(steps, ({ loss }) => loss, window),
    gradNorm: curveOf(steps, ({ gradNorm }) => gradNorm, window),
  }
  known.set(steps, curves)
  return curves
}

/** A measure of held-out data over the steps. */
export function measuredCurve({ measured }: Pick<RunSnapshot, 'measured'>, name: string): Curve {
  const there = measured.filter(({ measures }) => Object.hasOwn(measures, name))
  return { steps: there.map(({ step }) => step), values: there.map(({ measures }) => measures[name]!) }
}

/** Over how many steps a run of this length is smoothed: it is fixed from the start, so that no line changes later. */
export function smoothingWindow(totalSteps: number): number {
  return Math.min(50, Math.max(5, Math.round(totalSteps / 25)))
}

/**
 * The exponential moving average with the weight of a mean over `window` values, without the pull of a first value: each
 * is the weighted mean of what is there. What is no number is left out of it, and is NaN itself.
 */
export function smoothed(values: readonly number[], window: number): number[] {
  const kept = 1 - 2 / (window + 1)
  let [sum, weight] = [0, 0]
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN
    sum = kept * sum + value
    weight = kept * weight + 1
    return sum / weight
  })
}

function curveOf(
  steps: readonly RunStep[],
  numberOf: (step: RunStep) => number,
  window: number,
): SmoothedCurve {
  const at = steps.map(({ step }) => step)
  const values = steps.map(numberOf)
  const smooth = smoothed(values, window)
  return {
    smooth,
    points: thinnedCurve({ steps: at, values }, mostPoints),
    line: thinnedCurve({ steps: at, values: smooth }, mostOnLine),
  }
}
