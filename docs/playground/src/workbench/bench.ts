import { signal } from '@preact/signals'
import type { Run, RunBackend, RunSettings, Runs, SavedRun } from './contract.js'

/** Runs at a time: as many as can be told apart side by side, and as a browser's memory bears. */
export const mostRuns = 4

const full = `There are ${mostRuns} runs already: remove one first.`

/** The runs on the page, and which element is to have the keyboard next. */
export class Bench {
  readonly runs = signal<readonly Run[]>([])
  readonly saved = signal<readonly SavedRun[]>([])
  /** The id of an element that is focused once it is there. */
  readonly focus = signal<string | undefined>(undefined)
  readonly #source: Runs

  constructor(source: Runs) {
    this.#source = source
  }

  async findSaved(): Promise<void> {
    this.saved.value = await this.#source.saved()
  }

  /** Each way to one run more gives the sentence that says why there can be none. */
  start(settings: RunSettings): string | undefined {
    return this.#add(() => this.#source.start(settings))
  }

  load(files: Parameters<Runs['load']>[0], backend: RunBackend): string | undefined {
    return this.#add(() => this.#source.load(files, backend))
  }

  restore(saved: SavedRun, backend?: RunBackend): string | undefined {
    const refusal = this.#add(() => this.#source.restore(saved, backend))
    if (refusal === undefined) this.#dropSaved(saved)
    return refusal
  }

  async forget(saved: SavedRun): Promise<void> {
    this.#dropSaved(saved)
    await this.#source.forget(saved)
  }

  /** Ends a run; the keyboard goes on at the one that takes its place, or where a new one is made. */
  async remove(run: Run): Promise<void> {
    const runs = this.runs.value
    const index = runs.indexOf(run)
    this.runs.value = runs.filter((other) => other !== run)
    const next = this.runs.value[Math.min(index, this.runs.value.length - 1)]
    this.focus.value = next ? headingOf(next) : newRunHeading
    await run.remove()
  }

  /** Whether leaving the page would lose what cannot be gone on with: a run that could not be saved. */
  wouldLose(): boolean {
    return this.runs.value.some(
      ({ status, remarks, settings }) =>
        settings.value !== undefined && status.value !== 'failed' && remarks.value.length > 0,
    )
  }

  #add(make: () => Run): string | undefined {
    if (this.runs.value.length >= mostRuns) return full
    const run = make()
    this.runs.value = [...this.runs.value, run]
    this.focus.value = headingOf(run)
    return undefined
  }

  #dropSaved(saved: SavedRun): void {
    this.saved.value = this.saved.value.filter(({ id }) => id !== saved.id)
  }
}

export const newRunHeading = 'new-run-title'

/** The id of a run's heading. */
export function headingOf({ id }: Run): string {
  return `run-${id}`
}
