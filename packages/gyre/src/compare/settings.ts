import { type PretrainingOptions, parseRunMethod } from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'

/** How one method enters a comparison. */
export interface MethodRow {
  /** As the command line takes it. */
  readonly method: string
  readonly targets: readonly string[]
  /**
   * The best of `triedRates`, found by `gyre compare --tune` for every method alike: on the end of the training
   * part, never on the text that the table is measured on.
   */
  readonly learningRate: number
  /** Four rates, each twice the one before. */
  readonly triedRates: readonly number[]
}

/** Everything that decides the numbers of a comparison. A base model is cached under these. */
export interface ComparisonSettings {
  readonly task: 'moby-dick' | 'era'
  readonly vocabSize: number
  readonly config: ModelConfig
  readonly pretraining: PretrainingOptions
  readonly adaptation: {
    readonly steps: number
    readonly batchSize: number
    readonly sequenceLength: number
    readonly warmupSteps: number
    readonly maxGradNorm: number
    /** Labelled pieces that are trained on; only for the era. */
    readonly trainingPieces?: number
    /** Of the fresh head beside every adapter; only for the era. */
    readonly headLearningRate?: number
  }
  /** Held-out tokens, or pieces, that are measured, from the first on; all of them when left out. */
  readonly heldOutLimit?: number
  readonly methods: readonly MethodRow[]
  /**
   * Of a block-circulant adapter whose blocks differ in size, and so learn at one rate that p does not divide: what the
   * best rates of the rows come to after the division.
   */
  readonly undividedRate: Pick<MethodRow, 'learningRate' | 'triedRates'>
}

const allLinear = ['all-linear']

/** A LLaMA of 2.2 million parameters and Moby-Dick: about four minutes on two cores, of which half is pre-training. */
const mobyDick: ComparisonSettings = {
  task: 'moby-dick',
  vocabSize: 2048,
  config: {
    modelType: 'llama',
    vocabSize: 2048,
    hiddenSize: 192,
    intermediateSize: 576,
    numHiddenLayers: 3,
    numAttentionHeads: 4,
    numKeyValueHeads: 4,
    maxPositionEmbeddings: 256,
    rmsNormEps: 1e-5,
    ropeTheta: 10000,
    tieWordEmbeddings: false,
    initializerRange: 0.05,
    bosTokenId: 1,
    eosTokenId: 2,
  },
  pretraining: {
    steps: 700,
    batchSize: 8,
    sequenceLength: 128,
    learningRate: 3e-3,
    warmupSteps: 50,
    weightDecay: 0.01,
    maxGradNorm: 1,
    seed: 0,
  },
  adaptation: { steps: 300, batchSize: 4, sequenceLength: 128, warmupSteps: 20, maxGradNorm: 1 },
  methods: [
    { method: 'bca:p=192', targets: allLinear, learningRate: 1.92, triedRates: [0.96, 1.92, 3.84, 7.68] },
    { method: 'bca:p=24', targets: allLinear, learningRate: 0.12, triedRates: [0.06, 0.12, 0.24, 0.48] },
    {
      method: 'lora:r=5:alpha=5',
      targets: allLinear,
      learningRate: 1e-2,
      triedRates: [5e-3, 1e-2, 2e-2, 4e-2],
    },
    { method: 'full', targets: allLinear, learningRate: 2e-3, triedRates: [5e-4, 1e-3, 2e-3, 4e-3] },
  ],
  undividedRate: { learningRate: 1e-2, triedRates: [5e-3, 1e-2, 2e-2, 4e-2] },
}

/** A RoBERTa of 800,000 parameters and the era of a piece. */
const era: ComparisonSettings = {
  task: 'era',
  vocabSize: 4096,
  config: {
    modelType: 'roberta',
    vocabSize: 4096,
    hiddenSize: 128,
    intermediateSize: 384,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 130,
    typeVocabSize: 1,
    layerNormEps: 1e-5,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    padTokenId: 1,
    bosTokenId: 0,
    eosTokenId: 2,
    initializerRange: 0.02,
    numLabels: 4,
  },
  pretraining: {
    steps: 1000,
    batchSize: 16,
    sequenceLength: 80,
    learningRate: 1e-3,
    warmupSteps: 50,
    weightDecay: 0.01,
    maxGradNorm: 1,
    maskedShare: 0.3,
    seed: 0,
  },
  adaptation: {
    steps: 1000,
    batchSize: 16,
    sequenceLength: 96,
    warmupSteps: 50,
    maxGradNorm: 1,
    trainingPieces: 8000,
    headLearningRate: 1e-3,
  },
  heldOutLimit: 2000,
  methods: [
    { method: 'head', targets: allLinear, learningRate: 1.5e-3, triedRates: [7.5e-4, 1.5e-3, 3e-3, 6e-3] },
    { method: 'bca:p=128', targets: allLinear, learningRate: 0.64, triedRates: [0.16, 0.32, 0.64, 1.28] },
    { method: 'bca:p=16', targets: allLinear, learningRate: 0.04, triedRates: [0.02, 0.04, 0.08, 0.16] },
    {
      method: 'lora:r=5:alpha=5',
      targets: allLinear,
      learningRate: 5e-3,
      triedRates: [1.25e-3, 2.5e-3, 5e-3, 1e-2],
    },
    { method: 'full', targets: allLinear, learningRate: 2e-3, triedRates: [5e-4, 1e-3, 2e-3, 4e-3] },
  ],
  undividedRate: { learningRate: 5e-3, triedRates: [1.25e-3, 2.5e-3, 5e-3, 1e-2] },
}

const comparisons = { 'moby-dick': mobyDick, era } as const
export type ComparisonTask = keyof typeof comparisons
export const comparisonTasks = Object.keys(comparisons) as ComparisonTask[]

/** How much of everything a comparison does. */
export type ComparisonLength = 'quick' | 'full' | 'long'

/** The settings of a task: quick ones end within a minute, long ones within half an hour. */
export function comparisonSettings(
  task: ComparisonTask,
  { length, seed }: { readonly length: ComparisonLength; readonly seed: number },
): ComparisonSettings {
  const settings = comparisons[task]
  const pretraining = { ...settings.pretraining, seed }
  const { adaptation } = settings
  if (length === 'full') return { ...settings, pretraining }
  if (length === 'long') {
    return {
      ...settings,
      pretraining: { ...pretraining, steps: 2 * pretraining.steps },
      adaptation: { ...adaptation, steps: 2 * adaptation.steps },
    }
  }
  return {
    ...settings,
    pretraining: { ...pretraining, steps: Math.round(pretraining.steps / 10) },
    adaptation: { ...adaptation, steps: Math.round(adaptation.steps / 10) },
    heldOutLimit: task === 'moby-dick' ? 6_000 : 200,
  }
}

/** The settings with one more row: BCA, as `options` end its text (`:p=auto:budget=4096`). */
export function withBlockCirculantRow(settings: ComparisonSettings, options: string): ComparisonSettings {
  const row = { method: `bca${options}:scale=false`, targets: allLinear, ...settings.undividedRate }
  parseRunMethod(row.method, { targets: row.targets })
  return { ...settings, methods: [...settings.methods, row] }
}

/** Long comparisons run every method three times. */
export function comparisonSeeds({
  length,
  seed,
}: {
  readonly length: ComparisonLength
  readonly seed: number
}): number[] {
  return length === 'long' ? [seed, seed + 1, seed + 2] : [seed]
}
