import {
  type BlockSizeScore,
  type BlockSizesByPath,
  bca,
  capturedShare,
  chooseBlockSizes,
  type SiteGradient,
} from '@gyre/circulant'
import { cosineSchedule } from '@gyre/nn'
import {
  applyMethod,
  type BatchSource,
  classify,
  evaluateLanguageModel,
  measure,
  runTraining,
  siteGradients,
  Trainer,
  toMicroBatch,
} from '@gyre/train'
import type { StudyTask } from './study-tasks.js'

const warmupSteps = 10
/** How block sizes come about: one everywhere, or by the gradients. */
export type Sizing = 'uniform' | BlockSizeScore

/** One run of the study. */
export interface Cell {
  readonly task: StudyTask
  readonly sizing: Sizing
  /** The block size of all sites, or the budget. */
  readonly size: number
  readonly learningRate: number
  readonly seed: number
  readonly tuning: boolean
}

/** What a run comes to. */
export interface CellResult {
  readonly parameters: number
  /** Nats per token on the held-out text; for a classifier, per example. */
  readonly loss: number
  /** Of a classifier. */
  readonly accuracy?: number
  /** Shares of ‖G‖² that the adapter's sizes capture, over all targets. */
  readonly captured: {
    /** Of the first batches, by which sizes are chosen. */
    readonly chosenBy: number
    /** Of as many batches of the held-out text, before the training. */
    readonly fresh: number
    /** Of these, after the training: G is the gradient at the adapted model. */
    readonly afterTraining: number
  }
  readonly blockSizes: BlockSizesByPath
}

export async function runCell(cell: Cell): Promise<CellResult> {
  const { task, learningRate, seed, tuning } = cell
  const { model, train, heldOut } = await task.prepare(seed, tuning)
  const batches: BatchSource = (step) => [toMicroBatch(train.batchAt(step))]
  const fresh: BatchSource = (step) => [toMicroBatch(heldOut.batchAt(step))]
  const { targets, steps, headLearningRate } = task
  const atFirst = await siteGradients(model, targets, batches)
  const atOthers = await siteGradients(model, targets, fresh)
  const blockSizes = blockSizesOf(cell, atFirst)
  // One rate for blocks of all sizes, undivided, so that the methods differ in their sizes alone.
  const method = bca({
    blockSize: blockSizes,
    scaleLearningRate: false,
    targets: Object.keys(blockSizes),
    modulesToSave: model.hasTaskHead ? model.headPaths : [],
  })
  const trainable = applyMethod(model, { kind: 'adapter', label: method.label, method }, { seed })
  const trainer = new Trainer(model, trainable, batches, {
    totalSteps: steps,
    learningRate,
    headLearningRate,
    schedule: cosineSchedule({ warmupSteps, totalSteps: steps }),
    maxGradNorm: 1,
    seed,
  })
  await runTraining(trainer)
  // The sum of the losses over the number of labels, whatever these are.
  const { loss } = await evaluateLanguageModel(model, heldOut)
  const accuracy = model.hasTaskHead
    ? measure(await classify(model, heldOut), ['accuracy']).accuracy
    : undefined
  const captured = {
    chosenBy: capturedShare(atFirst, blockSizes),
    fresh: capturedShare(atOthers, blockSizes),
    afterTraining: capturedShare(await siteGradients(model, targets, fresh), blockSizes),
  }
  return { parameters: trainable.counts.adapter, loss, accuracy, captured, blockSizes }
}

function blockSizesOf({ sizing, size }: Cell, gradients: readonly SiteGradient[]): BlockSizesByPath {
  if (sizing === 'uniform') return Object.fromEntries(gradients.map(({ site }) => [site.path, size]))
  return chooseBlockSizes(gradients, size, sizing).blockSizes
}
