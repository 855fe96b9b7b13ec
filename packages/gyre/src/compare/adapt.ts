import type { BlockSizesByPath } from '@gyre/circulant'
import { loadTokenizer } from '@gyre/data/node'
import { cosineSchedule } from '@gyre/nn'
import type { Curve } from '@gyre/report'
import {
  adapterFlopsPerToken,
  applyMethod,
  type BatchSource,
  bitsPerCharacter,
  classify,
  decideMethod,
  evaluateLanguageModel,
  measure,
  parseRunMethod,
  runTraining,
  Trainer,
  toMicroBatch,
} from '@gyre/train'
import { generate, type Model } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import type { BackendOptions } from '../backend.js'
import { TrainingRecord } from '../training-record.js'
import { type ComparisonData, comparisonData } from './comparison-data.js'
import type { ComparisonSettings, MethodRow } from './settings.js'

/** One method's part of a comparison, and where it is computed; `row` is left out for the unadapted base. */
export interface AdaptationJob extends BackendOptions {
  readonly settings: ComparisonSettings
  readonly folder: string
  readonly seed: number
  readonly tuning: boolean
  readonly row?: MethodRow
}

/** What a comparison measures of one method. */
export interface AdaptationResult {
  readonly method: string
  readonly seed: number
  readonly trainableParameters: number
  /** Of a fresh head, trained beside the method. */
  readonly headParameters: number
  readonly adapterFlopsPerToken: number
  /** Before a group's scale; null for the base. */
  readonly learningRate: number | null
  /** What each group of parameters really learns at. */
  readonly effectiveLearningRates: readonly { readonly group: string; readonly learningRate: number }[]
  /** Nats per token on the held-out text; only for language models. */
  readonly loss?: number
  readonly bitsPerCharacter?: number
  /** On the held-out pieces; only for classifiers. */
  readonly accuracy?: number
  readonly stepMilliseconds: number | null
  /** Largest resident set of the process that ran the method, in bytes. */
  readonly peakBytes: number
  readonly sample?: string
  /** Those that the gradients chose, by site. */
  readonly blockSizes?: BlockSizesByPath
  /** The training's loss and the norm of its gradients, before they are clipped. */
  readonly curves?: { readonly [name: string]: Curve }
}

const prompt = 'The sea'

/** Runs one method from the base model to its measures. */
export async function adapt(
  { settings, folder, seed, tuning, row }: AdaptationJob,
  onProgress: (done: number, total: number, detail: string) => void,
): Promise<AdaptationResult> {
  const tokenizer = await loadTokenizer(folder)
  const data = await comparisonData(settings, tokenizer, { seed, tuning })
  const model =
    settings.task === 'era'
      ? await loadModelFolder(folder, {
          task: 'sequence-classification',
          strictness: 'new-head',
          seed,
          numLabels: 4,
        })
      : await loadModelFolder(folder)
  const trained = row ? await train(model, row, settings, data, seed, onProgress) : untrained
  const measured = await measureHeldOut(model, data)
  const sample =
    model.task === 'causal-lm'
      ? prompt +
        tokenizer.decode(
          await generate(model, tokenizer.encode(prompt), { maxNewTokens: 40, temperature: 0.7, seed: 1 }),
        )
      : undefined
  return { seed, ...trained, ...measured, sample, peakBytes: process.resourceUsage().maxRSS * 1024 }
}

const untrained = {
  method: 'unadapted base',
  trainableParameters: 0,
  headParameters: 0,
  adapterFlopsPerToken: 0,
  learningRate: null,
  effectiveLearningRates: [],
  stepMilliseconds: null,
}

async function train(
  model: Model,
  row: MethodRow,
  { adaptation }: ComparisonSettings,
  { train }: ComparisonData,
  seed: number,
  onProgress: (done: number, total: number, detail: string) => void,
) {
  const batches: BatchSource = (step) => [toMicroBatch(train.batchAt(step))]
  const asked = parseRunMethod(row.method, { targets: row.targets, modulesToSave: model.taskHeadPaths })
  const { method, blockSizes } = await decideMethod(model, asked, batches)
  const trainable = applyMethod(model, method, { seed })
  const { steps, batchSize, sequenceLength, warmupSteps, maxGradNorm, headLearningRate } = adaptation
  const trainer = new Trainer(model, trainable, batches, {
    totalSteps: steps,
    learningRate: row.learningRate,
    headLearningRate,
    schedule: cosineSchedule({ warmupSteps, totalSteps: steps }),
    maxGradNorm,
    seed,
  })
  const training = new TrainingRecord()
  await runTraining(trainer, {
    onStep: (result) => {
      training.note(result)
      onProgress(result.step, steps, `loss ${result.loss.toFixed(3)}`)
    },
  })
  return {
    method: method.label,
    trainableParameters: trainable.counts.adapter,
    headParameters: trainable.counts.head,
    adapterFlopsPerToken: adapterFlopsPerToken(model, { batchSize, sequenceLength }),
    learningRate: row.learningRate,
    effectiveLearningRates: trainer.optimizer
      .effectiveLearningRates()
      .map(({ name, learningRate }) => ({ group: name, learningRate })),
    stepMilliseconds: training.stepMilliseconds,
    blockSizes,
    curves: training.curves,
  }
}

async function measureHeldOut(model: Model, { heldOut, heldOutCharacters }: ComparisonData) {
  if (heldOutCharacters === undefined) {
    const classified = await classify(model, heldOut)
    return { accuracy: measure(classified, ['accuracy']).accuracy! }
  }
  const { loss, tokens } = await evaluateLanguageModel(model, heldOut)
  return { loss, bitsPerCharacter: bitsPerCharacter(loss, tokens, heldOutCharacters) }
}
