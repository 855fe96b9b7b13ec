import { commonBlockSizes, type MethodText, methodOptions, readMethodText } from '@gyre/train'
import { batch, computed, signal } from '@preact/signals'
import { type BackendKind, kindOf, runBackend } from '../backends/run-backends.js'
import type { BaseName, RunSettings } from '../contract.js'
import type { RunInBackground } from './background.js'
import type { BaseOutline } from './base-outline.js'
import type { CostQuestion } from './count-costs.js'
import { DataForm } from './data-form.js'
import { groupsOf, layerGroups, targetsOf } from './layer-groups.js'
import { suggestRate } from './learning-rates.js'
import { automatic, optionProblem, problemOf, shownOptions, writeMethodText } from './method-text.js'
import { learningRateOption, type TrainingOption, trainingOptions } from './training-options.js'

/** How the sizes of blocks are said: one for all layers, left to the gradients, or as the command line takes them. */
export type BlockSizeMode = 'one' | 'automatic' | 'text'

/** The texts of a method's options. */
type OptionTexts = MethodText['options']

const firstBlockSize = 16

/** Everything that a visitor decides of a run, as texts and choices, and the settings that they amount to. */
export class RunForm {
  readonly data: DataForm
  readonly method = signal('bca')
  /** What was typed, by method: it is there again when the method is. */
  readonly optionTexts = signal<{ readonly [method: string]: OptionTexts }>({})
  readonly blockSizeMode = signal<BlockSizeMode>('one')
  /** The one size that is wanted; where the layers cannot take it, the next smaller one that they can. */
  readonly wantedBlockSize = signal(firstBlockSize)
  /** Names of layer groups by base; all of them where nobody has chosen. */
  readonly chosenGroups = signal<{ readonly [Base in BaseName]?: readonly string[] }>({})
  /** Undefined: as suggested. */
  readonly typedLearningRate = signal<string | undefined>(undefined)
  readonly trainingTexts = signal<{ readonly [Option in TrainingOption]?: string }>({})
  readonly backendKind = signal<BackendKind>('wasm')
  readonly threads = signal(2)
  readonly outlines = signal<{ readonly [Base in BaseName]?: BaseOutline }>({})

  constructor(run: RunInBackground) {
    this.data = new DataForm(run)
  }

  readonly outline = computed(() => this.outlines.value[this.data.base.value])
  readonly groups = computed(() => layerGroups(this.outline.value?.layers ?? []))
  readonly chosen = computed(() => {
    const names = this.chosenGroups.value[this.data.base.value]
    return names ? this.groups.value.filter(({ name }) => names.includes(name)) : this.groups.value
  })
  /** The block sizes that all chosen layers can take, ascending. */
  readonly blockSizes = computed(() => commonBlockSizes(this.chosen.value.flatMap(({ layers }) => layers)))
  readonly blockSize = computed(
    () =>
      this.blockSizes.value.findLast((size) => size <= this.wantedBlockSize.value) ??
      this.wantedBlockSize.value,
  )
  readonly hasBlockSizes = computed(() => Object.hasOwn(methodOptions(this.method.value), 'blockSize'))
  /** Everything but adapters ignores the targets. */
  readonly hasTargets = computed(() => this.method.value !== 'full' && this.method.value !== 'head')

  /** The method with its options, the block sizes as their mode has them. */
  readonly methodText = computed((): MethodText => {
    const name = this.method.value
    const options = this.optionTexts.value[name] ?? {}
    if (!this.hasBlockSizes.value || this.blockSizeMode.value === 'text') return { name, options }
    const blockSize = this.blockSizeMode.value === 'one' ? String(this.blockSize.value) : automatic
    return { name, options: { ...options, blockSize } }
  })

  readonly suggestion = computed(() =>
    suggestRate(this.data.base.value, this.methodText.value, this.blockSizes.value),
  )
  readonly learningRate = computed(
    () =>
      this.typedLearningRate.value ??
      String(this.suggestion.value?.learningRate ?? learningRateOption.default),
  )

  /** What is wrong, by the field where it is: `method.r`, `steps`. */
  readonly problems = computed((): { readonly [field: string]: string } => {
    const found: [string, string | undefined][] = [
      ...shownOptions(this.methodText.value).map((option): [string, string | undefined] => [
        `method.${option.name}`,
        optionProblem(this.methodText.value, option),
      ]),
      ['targets', this.#targetProblem()],
      ['learningRate', problemOf(() => learningRateOption.parse(this.learningRate.value, 'learning rate'))],
      ...(Object.keys(trainingOptions) as TrainingOption[]).map((name): [string, string | undefined] => [
        name,
        this.#trainingProblem(name),
      ]),
    ]
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined))
  })

  /** Undefined as long as something is missing or wrong. */
  readonly settings = computed((): RunSettings | undefined => {
    const data = this.data.data.value
    if (data === undefined || this.outline.value === undefined) return undefined
    if (Object.keys(this.problems.value).length > 0) return undefined
    return {
      base: this.data.base.value,
      data,
      method: writeMethodText(this.methodText.value),
      targets: targetsOf(this.chosen.value, this.groups.value),
      learningRate: learningRateOption.parse(this.learningRate.value, 'learning rate'),
      headLearningRate: this.trainingValue('headLearningRate'),
      steps: this.trainingValue('steps'),
      warmupSteps: this.trainingValue('warmupSteps'),
      batchSize: this.trainingValue('batchSize'),
      sequenceLength: this.trainingValue('sequenceLength'),
      seed: this.trainingValue('seed'),
      backend: runBackend(this.backendKind.value, this.threads.value),
    }
  })

  /** What would have to be counted to know what the run costs; another run of the same cost has an equal question. */
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

  trainingValue(name: TrainingOption): number {
    return trainingOptions[name].parse(this.trainingText(name), name)
  }

  setOption(option: string, text: string): void {
    const all = this.optionTexts.value
    const name = this.method.value
    this.optionTexts.value = { ...all, [name]: { ...all[name], [option]: text } }
  }

  /**
   * Sizes that the gradients choose differ by layer, and so do the rates where they are divided by p. As
   * `gyre compare` does, they are then not divided.
   */
  setBlockSizeMode(mode: BlockSizeMode): void {
    batch(() => {
      this.blockSizeMode.value = mode
      if (mode !== 'automatic') return
      if (Object.hasOwn(methodOptions(this.method.value), 'scaleLearningRate')) {
        this.setOption('scaleLearningRate', 'false')
      }
      if (this.optionTexts.value[this.method.value]?.budget === undefined) {
        this.setOption('budget', String(this.#numbersAt(firstBlockSize)))
      }
    })
  }

  /** Takes a run's settings over, its data where it is built in. */
  fill(settings: RunSettings): void {
    const { data, base, targets, backend } = settings
    const { name, options } = readMethodText(settings.method)
    const { blockSize } = options
    batch(() => {
      if (data.kind === 'built-in') this.data.source.value = data.name
      this.method.value = name
      this.optionTexts.value = { ...this.optionTexts.value, [name]: options }
      if (blockSize !== undefined) {
        const isOne = /^\d+$/.test(blockSize)
        this.blockSizeMode.value = isOne ? 'one' : blockSize === automatic ? 'automatic' : 'text'
        if (isOne) this.wantedBlockSize.value = Number(blockSize)
      }
      const groups = groupsOf(targets, layerGroups(this.outlines.value[base]?.layers ?? []))
      this.chosenGroups.value = { ...this.chosenGroups.value, [base]: groups.map(({ name }) => name) }
      this.trainingTexts.value = Object.fromEntries(
        Object.keys(trainingOptions).map((option) => [option, String(settings[option as TrainingOption])]),
      )
      this.typedLearningRate.value = undefined
      const suggested = this.suggestion.value?.learningRate === settings.learningRate
      this.typedLearningRate.value = suggested ? undefined : String(settings.learningRate)
      this.backendKind.value = kindOf(backend)
      if (backend.name === 'wasm' && backend.threads > 1) this.threads.value = backend.threads
    })
  }

  /** How many numbers adapters of one block size have together. */
  #numbersAt(blockSize: number): number {
    const weights = this.chosen.value
      .flatMap(({ layers }) => layers)
      .reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0)
    return Math.max(1, Math.round(weights / blockSize))
  }

  #targetProblem(): string | undefined {
    const isMissing = this.hasTargets.value && this.groups.value.length > 0 && this.chosen.value.length === 0
    return isMissing ? 'An adapter needs at least one kind of layer.' : undefined
  }

  #trainingProblem(name: TrainingOption): string | undefined {
    const text = this.trainingText(name)
    const problem = problemOf(() => trainingOptions[name].parse(text, name))
    if (problem !== undefined) return problem
    const value = Number(text)
    if (name === 'warmupSteps') {
      const steps = Number(this.trainingText('steps'))
      return value > steps
        ? `warmupSteps: expected at most the ${steps} steps of the run, got ${value}`
        : undefined
    }
    const longest = this.outline.value?.longestSequence ?? Number.POSITIVE_INFINITY
    return name === 'sequenceLength' && value > longest
      ? `sequenceLength: expected at most ${longest} tokens, which the model takes at a time, got ${value}`
      : undefined
  }
}
