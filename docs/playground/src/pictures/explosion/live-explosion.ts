import { getBackend, scope } from '@gyre/tensor'
import { type ReadonlySignal, signal } from '@preact/signals'
import { inTurn } from '../compute.js'
import { type ExplosionProgress, type ExplosionSettings, explosionTraining } from './explosion-training.js'

export type ExplosionStatus = 'waiting' | 'training' | 'stopped' | 'finished' | 'failed'

/** How a training is shown: milliseconds from one step to the next at least, and from one drawing to the next. */
export interface Pace {
  readonly step: number
  readonly drawing: number
}

/** The training that the picture shows. There is one at a time: another one ends it. */
export class LiveExplosion {
  readonly #status = signal<ExplosionStatus>('waiting')
  readonly #progress = signal<ExplosionProgress | undefined>(undefined)
  readonly #failure = signal<string | undefined>(undefined)
  /** Of the training that is shown; others find that they are not it, and end. */
  #current: symbol | undefined

  get status(): ReadonlySignal<ExplosionStatus> {
    return this.#status
  }

  /** As it was drawn last; kept when the training stops or fails. */
  get progress(): ReadonlySignal<ExplosionProgress | undefined> {
    return this.#progress
  }

  /** Why the training failed. */
  get failure(): ReadonlySignal<string | undefined> {
    return this.#failure
  }

  /** Trains from the beginning, on the backend that the page has now. Resolves when the training is over. */
  async start(settings: ExplosionSettings, pace: Pace): Promise<void> {
    const training = Symbol('training')
    const backend = getBackend()
    // Tensors of another backend than the page's are not to be used.
    const goesOn = (): boolean => this.#current === training && getBackend() === backend
    this.#current = training
    this.#status.value = 'training'
    this.#progress.value = undefined
    this.#failure.value = undefined
    try {
      await this.#follow(settings, pace, goesOn)
      this.#end(training, goesOn() ? 'finished' : 'stopped')
    } catch (error) {
      // What fails because its backend is gone concerns nobody.
      if (goesOn()) this.#failure.value = error instanceof Error ? error.message : String(error)
      this.#end(training, goesOn() ? 'failed' : 'stopped')
    }
  }

  stop(): void {
    if (this.#current) this.#end(this.#current, 'stopped')
  }

  #end(training: symbol, status: ExplosionStatus): void {
    if (this.#current !== training) return
    this.#current = undefined
    this.#status.value = status
  }

  /** Every step takes its turn among the page's computations, and gives back what it made. */
  async #follow(settings: ExplosionSettings, pace: Pace, goesOn: () => boolean): Promise<void> {
    const training = explosionTraining(settings)
    const nextStep = () => inTurn(() => (goesOn() ? scope(() => training.next()) : undefined))
    let [stepAt, drawnAt] = [performance.now(), Number.NEGATIVE_INFINITY]
    let latest: ExplosionProgress | undefined
    for (let told = await nextStep(); told && !told.done && goesOn(); told = await nextStep()) {
      latest = told.value
      const now = performance.now()
      if (now - drawnAt >= pace.drawing) {
        this.#progress.value = latest
        drawnAt = now
      }
      // Without a rest to take, too, the page gets its turn.
      const rest = stepAt + pace.step / latest.curves.length - now
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)))
      stepAt = performance.now()
    }
    if (goesOn()) this.#progress.value = latest
  }
}
