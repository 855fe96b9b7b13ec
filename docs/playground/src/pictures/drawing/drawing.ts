import { Rng } from '@gyre/tensor'
import { computed, type ReadonlySignal, signal } from '@preact/signals'

/** A signal that needs no drawing, of any length. */
export interface Preset {
  readonly name: string
  readonly samples: (n: number) => readonly number[]
}

/** Numbers from −1 to 1 that a visitor draws, or takes ready-made; as many as the length says. */
export class Drawing {
  readonly samples: ReadonlySignal<readonly number[]>
  /** The sample that was drawn or visited last. */
  readonly visited: ReadonlySignal<number>
  readonly #source
  readonly #visited = signal(0)

  constructor(length: ReadonlySignal<number>, preset: Preset) {
    this.#source = signal<Preset | readonly number[]>(preset)
    this.samples = computed(() => {
      const source = this.#source.value
      return isPreset(source) ? source.samples(length.value) : stretch(source, length.value)
    })
    this.visited = computed(() => Math.min(this.#visited.value, length.value - 1))
  }

  /** The one it was made from, until something is drawn. */
  get preset(): Preset | undefined {
    const source = this.#source.value
    return isPreset(source) ? source : undefined
  }

  choose(preset: Preset): void {
    this.#source.value = preset
  }

  visit(index: number): void {
    this.#visited.value = Math.max(0, Math.min(index, this.samples.peek().length - 1))
  }

  /** Draws one sample, in steps of 0.05: finer ones nobody can draw. */
  set(index: number, value: number): void {
    this.draw(index, value, index, value)
  }

  /** Draws a stroke: the samples on the line from one to another. */
  draw(from: number, fromValue: number, to: number, toValue: number): void {
    const samples = [...this.samples.peek()]
    const steps = Math.abs(to - from)
    for (let step = 0; step <= steps; step++) {
      const share = steps === 0 ? 1 : step / steps
      const index = Math.round(from + share * (to - from))
      if (index >= 0 && index < samples.length)
        samples[index] = rounded(fromValue + share * (toValue - fromValue))
    }
    this.#source.value = samples
    this.visit(to)
  }
}

function isPreset(source: Preset | readonly number[]): source is Preset {
  return !Array.isArray(source)
}

function rounded(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 20) / 20
}

/** The same picture with more or fewer samples. */
function stretch(samples: readonly number[], n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => samples[Math.floor((i * samples.length) / n)]!)
}

const from =
  (sample: (i: number, n: number) => number) =>
  (n: number): readonly number[] =>
    Array.from({ length: n }, (_, i) => sample(i, n))

export const impulse: Preset = { name: 'impulse', samples: from((i) => (i === 0 ? 1 : 0)) }
export const cosine: Preset = { name: 'cosine', samples: from((i, n) => Math.cos((2 * Math.PI * i) / n)) }
export const square: Preset = { name: 'square', samples: from((i, n) => (i < n / 2 ? 1 : -1)) }
export const ramp: Preset = { name: 'ramp', samples: from((i, n) => (2 * i) / (n - 1) - 1) }
export const noise: Preset = {
  name: 'noise',
  samples: (n) => Array.from(new Rng(3).uniforms(n), (value) => 2 * value - 1),
}
/** A circulant matrix that moves x on by one place. */
export const shift: Preset = { name: 'shift', samples: from((i, n) => (i === 1 % n ? 1 : 0)) }
/** A circulant matrix that takes the mean of neighbours. */
export const blur: Preset = {
  name: 'blur',
  samples: from((i, n) => (i === 0 ? 0.5 : i === 1 || i === n - 1 ? 0.25 : 0)),
}
/** A circulant matrix that takes the difference to the neighbour. */
export const difference: Preset = {
  name: 'difference',
  samples: from((i) => (i === 0 ? 1 : i === 1 ? -1 : 0)),
}
