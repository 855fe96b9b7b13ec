import { meanOf } from '../statistics.js'
import type { Curve } from './record.js'

/** The curve with about `most` points: the first, every k-th after it, and the last. */
export function thinnedCurve({ steps, values }: Curve, most = 100): Curve {
  const every = Math.ceil(steps.length / most)
  const kept = steps.flatMap((_, i) => (i % every === 0 || i === steps.length - 1 ? [i] : []))
  return { steps: kept.map((i) => steps[i]!), values: kept.map((i) => values[i]!) }
}

/** At each step the mean of the curves that have a number there; steps where none has are left out. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const values = new Map<number, number[]>()
  for (const curve of curves) {
    for (const [i, step] of curve.steps.entries()) {
      const value = curve.values[i]!
      if (Number.isFinite(value)) values.set(step, [...(values.get(step) ?? []), value])
    }
  }
  const steps = [...values.keys()].sort((a, b) => a - b)
  return { steps, values: steps.map((step) => meanOf(values.get(step)!)) }
}
