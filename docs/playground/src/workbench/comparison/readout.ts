import { curvesOf } from './run-curves.js'
import type { RunSnapshot } from './run-snapshot.js'
import type { TaskGroup } from './task-groups.js'

/** What a run was at a step. */
export interface Reading {
  readonly step: number
  readonly loss: number
  readonly smoothLoss: number
  readonly gradNorm: number
  readonly learningRate: number
  /** Of the measure that judges its task: the last one until then. */
  readonly measured: { readonly step: number; readonly value: number } | undefined
}

/** The last step that any of the runs has taken; 0 if none. */
export function lastStepOf(runs: readonly RunSnapshot[]): number {
  return Math.max(0, ...runs.map(({ steps }) => steps.at(-1)?.step ?? 0))
}

/** A run at a step, or at its last one; undefined where it has not been. */
export function readingAt(
  { steps, settings, measured }: RunSnapshot,
  metric: TaskGroup['metric'],
  step: number | undefined,
): Reading | undefined {
  const index = step === undefined ? steps.length - 1 : indexOfStep(steps, step)
  const found = steps[index]
  if (!found) return undefined
  const held =
    metric &&
    measured.findLast((each) => each.step <= found.step && Object.hasOwn(each.measures, metric.name))
  return {
    step: found.step,
    loss: found.loss,
    smoothLoss: curvesOf(steps, settings).loss.smooth[index]!,
    gradNorm: found.gradNorm,
    learningRate: found.learningRate,
    measured: held && { step: held.step, value: held.measures[metric.name]! },
  }
}

/** By bisection: steps ascend, and may begin anywhere. */
function indexOfStep(steps: RunSnapshot['steps'], step: number): number {
  let [low, high] = [0, steps.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const at = steps[middle]!.step
    if (at === step) return middle
    if (at < step) low = middle + 1
    else high = middle - 1
  }
  return -1
}
