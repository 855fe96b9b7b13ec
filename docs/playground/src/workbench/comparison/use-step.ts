import { type Signal, useSignal } from '@preact/signals'
import { lastStepOf } from './readout.js'
import type { RunSnapshot } from './run-snapshot.js'

/** The step that is read off: where the pointer is, else the chosen one, else the last, which moves as runs go on. */
export interface Step {
  readonly last: number
  readonly at: number
  /** Where a line stands in the plots; not at the last step, where it would say nothing. */
  readonly cursor: number | undefined
  /** Undefined to follow the last one. */
  readonly chosen: Signal<number | undefined>
  /** From a plot; undefined when the pointer has left. */
  readonly point: (x: number | undefined) => void
}

export function useStep(runs: readonly RunSnapshot[]): Step {
  const chosen = useSignal<number | undefined>(undefined)
  const pointed = useSignal<number | undefined>(undefined)
  const last = lastStepOf(runs)
  const cursor = pointed.value ?? chosen.value
  const within = (step: number): number => Math.min(last, Math.max(1, Math.round(step)))
  return {
    last,
    at: cursor === undefined ? last : within(cursor),
    cursor: cursor === undefined ? undefined : within(cursor),
    chosen,
    point: (x) => {
      pointed.value = x
    },
  }
}
