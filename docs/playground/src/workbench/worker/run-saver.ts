import type { RunSettings } from '../contract.js'
import type { SavedState, Surroundings } from './surroundings.js'

/** A run is saved no more often than this. */
const leastMilliseconds = 5000
/** So many times as long as a save takes is no other one: saving takes less than a twentieth of the time. */
const leastRatio = 20

/** Saves a run now and then. What cannot be saved is one remark, and the run goes on. */
export class RunSaver {
  readonly #id: string
  readonly #surroundings: Surroundings
  #nextSave = 0
  #savedStep: number | undefined
  #complained = false

  constructor(id: string, surroundings: Surroundings) {
    this.#id = id
    this.#surroundings = surroundings
  }

  /** The step at which the run would go on. */
  get savedStep(): number | undefined {
    return this.#savedStep
  }

  get isDue(): boolean {
    return performance.now() >= this.#nextSave
  }

  /** What was saved of the run before, if anything was. */
  async read(): Promise<SavedState | undefined> {
    const saved = await this.#attempt(() => this.#surroundings.store.read(this.#id))
    this.#savedStep = saved?.step
    return saved
  }

  /** From now on the run is known as one that has begun. */
  async begin(settings: RunSettings): Promise<void> {
    await this.#attempt(() => this.#surroundings.store.begin(this.#id, settings))
  }

  async save(capture: () => Promise<SavedState>): Promise<void> {
    const begin = performance.now()
    const state = await capture()
    await this.#attempt(async () => {
      await this.#surroundings.store.save(this.#id, state)
      this.#savedStep = state.step
    })
    const end = performance.now()
    this.#nextSave = end + Math.max(leastMilliseconds, leastRatio * (end - begin))
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (error) {
      const { name, message } = error as Error
      const reason = name === 'QuotaExceededError' ? 'the browser has no more room for it' : message
      const sentence = `the run goes on, but it could not be saved: ${reason}`
      if (!this.#complained) this.#surroundings.emit({ type: 'remark', sentence })
      this.#complained = true
      return undefined
    }
  }
}
