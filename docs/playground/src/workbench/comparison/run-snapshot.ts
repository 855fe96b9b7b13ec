import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import type { Measured, Run, RunFacts, RunSettings, RunStatus, RunStep } from '../contract.js'
import { seriesOf } from '../run-series.js'
import { aboutOf, methodOf, progressWords } from '../runs/run-words.js'

/** A run as it is at one moment. The same object as long as nothing of it has changed. */
export interface RunSnapshot {
  readonly id: string
  /** Its colour, dashes and symbol. */
  readonly series: number
  readonly method: string
  /** Data and layers, in words. */
  readonly about: string
  /** `Training, step 34 of 200` */
  readonly progress: string
  readonly status: RunStatus
  readonly settings: RunSettings | undefined
  readonly facts: RunFacts | undefined
  readonly steps: readonly RunStep[]
  readonly measured: readonly Measured[]
  /** Why it stopped. */
  readonly failure: string | undefined
}

export interface FollowedRuns {
  readonly snapshots: ReadonlySignal<readonly RunSnapshot[]>
  end(): void
}

/**
 * Follows runs, with at most one change in so many milliseconds, however many steps come in: the first change is shown
 * at once, and the last one always.
 */
export function followRuns(runs: ReadonlySignal<readonly Run[]>, milliseconds = 250): FollowedRuns {
  const snapshots = signal<readonly RunSnapshot[]>([])
  let shownAt = Number.NEGATIVE_INFINITY
  let waiting: ReturnType<typeof setTimeout> | undefined
  const show = (): void => {
    waiting = undefined
    shownAt = performance.now()
    snapshots.value = untracked(() => snapshotsOf(runs.value, snapshots.value))
  }
  const stop = effect(() => {
    for (const run of runs.value) touch(run)
    const rest = shownAt + milliseconds - performance.now()
    if (rest <= 0) show()
    else waiting ??= setTimeout(show, rest)
  })
  return {
    snapshots,
    end() {
      clearTimeout(waiting)
      stop()
    },
  }
}

/** Makes an effect run again when anything of the run changes that a snapshot has. */
function touch({ settings, status, doing, facts, steps, measured, failure }: Run): void {
  for (const each of [settings, status, doing, facts, steps, measured, failure]) each.value
}

function snapshotsOf(runs: readonly Run[], before: readonly RunSnapshot[]): readonly RunSnapshot[] {
  return runs.map((run) => {
    const snapshot = snapshotOf(run, runs)
    const last = before.find(({ id }) => id === run.id)
    return last && isSame(last, snapshot) ? last : snapshot
  })
}

function snapshotOf(run: Run, among: readonly Run[]): RunSnapshot {
  return {
    id: run.id,
    series: seriesOf(run, among),
    method: methodOf(run),
    about: aboutOf(run),
    progress: progressWords(run),
    status: run.status.value,
    settings: run.settings.value,
    facts: run.facts.value,
    steps: run.steps.value,
    measured: run.measured.value,
    failure: run.failure.value?.sentence,
  }
}

function isSame(a: RunSnapshot, b: RunSnapshot): boolean {
  return (Object.keys(a) as (keyof RunSnapshot)[]).every((name) => a[name] === b[name])
}
