import { batch, computed, signal } from '@preact/signals'
import {
  type BackendKind,
  type BrowserFacts,
  kindOf,
  mostThreads,
  offerBackends,
  runBackend,
} from '../backends/run-backends.js'
import type { BaseName, RunSettings } from '../contract.js'
import {
  checkWarmup,
  learningRateLabel,
  learningRateOption,
  type TrainingOption,
  trainingLabels,
  trainingNames,
  trainingOptions,
} from '../training-options.js'
import type { RunInBackground } from './background.js'
import type { BaseOutline } from './base-outline.js'
import type { CostQuestion } from './count-costs.js'
import { DataForm } from './data-form.js'
import { suggestRate } from './learning-rates.js'
import { MethodForm } from './method-form.js'
import { problemOf } from './method-text.js'

/** Everything that a visitor decides of a run, as texts and choices, and the settings that they amount to. */
export class RunForm {
  readonly outlines = signal<{ readonly [Base in BaseName]?: BaseOutline }>({})
  readonly browser = signal<BrowserFacts | undefined>(undefined)
  readonly data: DataForm
  readonly method: MethodForm
  /** Undefined: as suggested. */
  readonly typedLearningRate = signal<string | undefined>(undefined)
  readonly trainingTexts = signal<{ readonly [Option in TrainingOption]?: string }>({})
  readonly backendKind = signal<BackendKind | undefined>(undefined)
  readonly wantedThreads = signal(Number.POSITIVE_INFINITY)

  constructor(run: RunInBackground) {
    this.data = new DataForm(run)
    this.method = new MethodForm(this.data.base, this.outline)
  }

  readonly outline = computed(() => this.outlines.value[this.data.base.value])

  readonly suggestion = computed(() =>
    suggestRate(this.data.base.value, this.method.method.value, this.method.blockSizes.value),
  )
  readonly learningRate = computed(() => {
    const suggested = this.suggestion.value?.learningRate ?? learningRateOption.default
    return this.typedLearningRate.value ?? learningRateOption.format(suggested)
  })

  /** What the run is computed on; undefined until it is known what there is. */
  readonly backend = computed(() => {
    const [browser, kind] = [this.browser.value, this.backendKind.value]
    if (browser === undefined || kind === undefined) return undefined
    return runBackend(kind, Math.min(this.wantedThreads.value, mostThreads(browser)))
  })

  /** What is wrong, by the field where it is: `method.r`, `steps`. */
  readonly problems = computed((): { readonly [field: string]: string } => {
    const found: (readonly [string, string | undefined])[] = [
      ...this.method.problems.value,
      ['learningRate', problemOf(() => learningRateOption.parse(this.learningRate.value, learningRateLabel))],
      ...trainingNames.map((name) => [name, this.#trainingProblem(name)] as const),
      ['backend', this.#backendProblem()],
    ]
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined))
  })

  /** Undefined as long as something is missing or wrong. */
  readonly settings = computed((): RunSettings | undefined => {
    const [data, backend] = [this.data.data.value, this.backend.value]
    if (data === undefined || backend === undefined || this.outline.value === undefined) return undefined
    if (Object.keys(this.problems.value).length > 0) return undefined
    return {
      base: this.data.base.value,
      data,
      method: this.method.text.value,
      targets: this.method.targets.value,
      learningRate: learningRateOption.parse(this.learningRate.value, learningRateLabel),
      headLearningRate: this.#trainingValue('headLearningRate'),
      steps: this.#trainingValue('steps'),
      warmupSteps: this.#trainingValue('warmupSteps'),
      batchSize: this.#trainingValue('batchSize'),
      sequenceLength: this.#trainingValue('sequenceLength'),
      seed: this.#trainingValue('seed'),
      backend,
    }
  })

  /** What would have to be counted to know what the run costs. */
  readonly costQuestion = computed((): CostQuestion | undefined => {
    const settings = this.settings.value
    if (settings === undefined) return undefined
    const { base, method, targets, batchSize, sequenceLength } = settings
    const { config } = this.outline.value!
    return { base, config, method, targets, batchSize, sequenceLength, classes: this.data.classes.value ?? 2 }
  })

  trainingText(name: TrainingOption): string {
    return this.trainingTexts.value[name] ?? trainingOptions[name].format(trainingOptions[name].default)
  }

  /** Takes a run's settings over. */
  async fill(settings: RunSettings): Promise<void> {
    const { data, base, backend, learningRate } = settings
    await this.data.fill(data)
    batch(() => {
      this.method.fill(settings, this.outlines.value[base]?.layers ?? [])
      this.trainingTexts.value = Object.fromEntries(
        trainingNames.map((name) => [name, String(settings[name])]),
      )
      const isSuggested = this.suggestion.value?.learningRate === learningRate
      this.typedLearningRate.value = isSuggested ? undefined : learningRateOption.format(learningRate)
      this.backendKind.value = kindOf(backend)
      if (backend.name === 'wasm' && backend.threads > 1) this.wantedThreads.value = backend.threads
    })
  }

  #trainingValue(name: TrainingOption): number {
    return trainingOptions[name].parse(this.trainingText(name), name)
  }

  #trainingProblem(name: TrainingOption): string | undefined {
    const text = this.trainingText(name)
    const problem = problemOf(() => trainingOptions[name].parse(text, trainingLabels[name]))
    if (problem !== undefined) return problem
    const value = Number(text)
    if (name === 'warmupSteps') {
      const steps = Number(this.trainingText('steps'))
      return problemOf(() => checkWarmup({ steps, warmupSteps: value }))
    }
    const longest = this.outline.value?.longestSequence ?? Number.POSITIVE_INFINITY
    return name === 'sequenceLength' && value > longest
      ? `${trainingLabels[name]}: expected at most ${longest} tokens, which the model takes at a time, got ${value}`
      : undefined
  }

  #backendProblem(): string | undefined {
    const offers = this.browser.value ? offerBackends(this.browser.value) : []
    const offer = offers.find(({ kind }) => kind === this.backendKind.value)
    return offer?.unavailable && `${offer.name} cannot be had here: ${offer.unavailable}`
  }
}
