import type { AdapterMethod } from '@gyre/adapters'
import { commonBlockSizes, type MethodText, methodOptions, parseRunMethod, readMethodText } from '@gyre/train'
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { BaseName, RunSettings } from '../contract.js'
import { trainsWholeModel } from '../runs/run-words.js'
import type { BaseOutline } from './base-outline.js'
import { groupsOf, type Layer, layerGroups, targetsOf } from './layer-groups.js'
import { automatic, optionProblem, problemOf, shownOptions, writeMethodText } from './method-text.js'

/** How the sizes of blocks are said: one for all layers, left to the gradients, or as the command line takes them. */
export type BlockSizeMode = 'one' | 'automatic' | 'text'

const firstBlockSize = 16

/** What is trained: a method with its options, and the layers that get an adapter. */
export class MethodForm {
  readonly name = signal('bca')
  /** What was typed, by method: it is there again when the method is. */
  readonly optionTexts = signal<{ readonly [method: string]: MethodText['options'] }>({
    // A spectrum that begins at random, as in the paper, upsets models as narrow as the page's.
    fourierft: { init: 'zeros' },
  })
  readonly blockSizeMode = signal<BlockSizeMode>('one')
  /** The one size that is wanted; where the layers cannot take it, the next smaller one that they can. */
  readonly wantedBlockSize = signal(firstBlockSize)
  /** Names of layer groups by base. */
  readonly chosenGroups = signal<{ readonly [Base in BaseName]?: readonly string[] }>({})
  readonly #base: ReadonlySignal<BaseName>
  readonly #outline: ReadonlySignal<BaseOutline | undefined>

  constructor(base: ReadonlySignal<BaseName>, outline: ReadonlySignal<BaseOutline | undefined>) {
    this.#base = base
    this.#outline = outline
  }

  readonly groups = computed(() => layerGroups(this.#outline.value?.layers ?? []))

  /** Why a method can have no adapter in some layers, by the name of their group. */
  readonly unfit = computed((): ReadonlyMap<string, string> => {
    const method = this.#methodOfAnySize()
    const check = (name: string, layers: readonly Layer[]) => () => {
      for (const layer of layers) method?.check({ ...layer, target: name })
    }
    return new Map(
      this.groups.value.flatMap(({ name, layers }) => {
        const problem = problemOf(check(name, layers))
        return problem === undefined ? [] : [[name, problem]]
      }),
    )
  })

  /** The chosen groups; where nobody has chosen all that the method can take. */
  readonly chosen = computed(() => {
    const names = this.chosenGroups.value[this.#base.value]
    return this.groups.value.filter(({ name }) =>
      names ? names.includes(name) : !this.unfit.value.has(name),
    )
  })
  readonly targets = computed(() => targetsOf(this.chosen.value, this.groups.value))

  /** The block sizes that all chosen layers can take, ascending. */
  readonly blockSizes = computed(() => commonBlockSizes(this.chosen.value.flatMap(({ layers }) => layers)))
  readonly blockSize = computed(() => {
    const wanted = this.wantedBlockSize.value
    return this.blockSizes.value.findLast((size) => size <= wanted) ?? wanted
  })
  readonly hasBlockSizes = computed(() => Object.hasOwn(methodOptions(this.name.value), 'blockSize'))
  /** Everything but adapters ignores the targets. */
  readonly hasTargets = computed(() => !trainsWholeModel(this.name.value))

  /** The method with its options, the block sizes as their mode has them. */
  readonly method = computed((): MethodText => {
    const name = this.name.value
    const options = this.optionTexts.value[name] ?? {}
    if (!this.hasBlockSizes.value || this.blockSizeMode.value === 'text') return { name, options }
    const blockSize = this.blockSizeMode.value === 'one' ? String(this.blockSize.value) : automatic
    return { name, options: { ...options, blockSize } }
  })
  /** As the command line takes it. */
  readonly text = computed(() => writeMethodText(this.method.value))

  /** What is wrong, by the field where it is: `method.r`. */
  readonly problems = computed((): readonly (readonly [field: string, problem: string | undefined])[] => [
    ...shownOptions(this.method.value).map(
      (option) => [`method.${option.name}`, optionProblem(this.method.value, option)] as const,
    ),
    ['targets', this.#targetProblem()],
  ])

  setOption(option: string, text: string): void {
    const all = this.optionTexts.value
    const name = this.name.value
    this.optionTexts.value = { ...all, [name]: { ...all[name], [option]: text } }
  }

  choose(groups: readonly string[]): void {
    this.chosenGroups.value = { ...this.chosenGroups.value, [this.#base.value]: groups }
  }

  /**
   * Sizes that the gradients choose differ by layer, and so do the rates where they are divided by p. As
   * `gyre compare` does, they are then not divided.
   */
  setBlockSizeMode(mode: BlockSizeMode): void {
    batch(() => {
      this.blockSizeMode.value = mode
      if (mode !== 'automatic') return
      if (Object.hasOwn(methodOptions(this.name.value), 'scaleLearningRate')) {
        this.setOption('scaleLearningRate', 'false')
      }
      if (this.optionTexts.value[this.name.value]?.budget === undefined) {
        this.setOption('budget', String(this.#numbersAt(firstBlockSize)))
      }
    })
  }

  /** Takes the method and the layers of a run over. */
  fill({ method, base, targets }: RunSettings, layers: readonly Layer[]): void {
    const { name, options } = readMethodText(method)
    const { blockSize } = options
    this.name.value = name
    this.optionTexts.value = { ...this.optionTexts.value, [name]: options }
    if (blockSize !== undefined) {
      const isOne = /^\d+$/.test(blockSize)
      this.blockSizeMode.value = isOne ? 'one' : blockSize === automatic ? 'automatic' : 'text'
      if (isOne) this.wantedBlockSize.value = Number(blockSize)
    }
    const groups = groupsOf(targets, layerGroups(layers))
    this.chosenGroups.value = { ...this.chosenGroups.value, [base]: groups.map(({ name }) => name) }
  }

  /** How many numbers adapters of one block size have together. */
  #numbersAt(blockSize: number): number {
    const weights = this.chosen.value
      .flatMap(({ layers }) => layers)
      .reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0)
    return Math.max(1, Math.round(weights / blockSize))
  }

  /** The method for a look at layers; a size that follows the layers is left out. */
  #methodOfAnySize(): AdapterMethod | undefined {
    const name = this.name.value
    const { blockSize, budget, by, ...others } = this.optionTexts.value[name] ?? {}
    const isTyped = blockSize !== undefined && this.blockSizeMode.value === 'text'
    const text = writeMethodText({ name, options: isTyped ? { ...others, blockSize } : others })
    try {
      const parsed = parseRunMethod(text, { targets: [] })
      return parsed.kind === 'adapter' ? parsed.method : undefined
    } catch {
      return undefined // the options' own fields say what is wrong
    }
  }

  #targetProblem(): string | undefined {
    if (!this.hasTargets.value || this.groups.value.length === 0) return undefined
    if (this.chosen.value.length === 0) return 'An adapter needs at least one kind of layer.'
    return this.chosen.value.map(({ name }) => this.unfit.value.get(name)).find(Boolean)
  }
}
