import { type Curve, median, thinnedCurve } from '@gyre/report'
import type { StepResult } from '@gyre/train'

/** What a training that begins now is like, noted step by step: for the results of comparisons and sweeps. */
export class TrainingRecord {
  readonly #steps: StepResult[] = []
  readonly #times: number[] = []
  #began = performance.now()

  note(step: StepResult): void {
    const now = performance.now()
    this.#steps.push(step)
    this.#times.push(now - this.#began)
    this.#began = now
  }

  /** The last step; undefined before the first. */
  get last(): StepResult | undefined {
    return this.#steps.at(-1)
  }

  /** Of a step: the median. */
  get stepMilliseconds(): number {
    return median(this.#times)
  }

  get curves(): { readonly loss: Curve; readonly gradientNorm: Curve } {
    return {
      loss: this.#curveOf(({ loss }) => loss),
      gradientNorm: this.#curveOf(({ gradNorm }) => gradNorm!),
    }
  }

  /** As many points as a plot shows, with as many digits: results have thousands of curves. */
  #curveOf(number: (step: StepResult) => number): Curve {
    return thinnedCurve({
      steps: this.#steps.map(({ step }) => step),
      values: this.#steps.map((step) => Number(number(step).toPrecision(6))),
    })
  }
}
