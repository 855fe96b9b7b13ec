import type { RunRequest } from '../contract.js'

/** What a run is asked between two steps. */
export type Question = Extract<RunRequest, { readonly question: number }>

/** What the page wants of a run that is busy, until the run has time for it. */
export class Requests {
  #paused = false
  readonly #questions: Question[] = []
  /** Whether something came since the last `arrival`. */
  #arrived = false
  #onArrival: () => void = () => {}

  get paused(): boolean {
    return this.#paused
  }

  /** Whether a run has something else to do than its next step. */
  get any(): boolean {
    return this.#paused || this.#questions.length > 0
  }

  pause(paused: boolean): void {
    this.#paused = paused
    this.#notify()
  }

  ask(question: Question): void {
    this.#questions.push(question)
    this.#notify()
  }

  next(): Question | undefined {
    return this.#questions.shift()
  }

  /** Until something has come that came after the last call. */
  async arrival(): Promise<void> {
    if (!this.#arrived) {
      await new Promise<void>((resolve) => {
        this.#onArrival = resolve
      })
    }
    this.#arrived = false
  }

  #notify(): void {
    this.#arrived = true
    this.#onArrival()
  }
}
