import type { BlockSizesByPath } from '@gyre/circulant'
import { loadTokenizer } from '@gyre/data/node'
import { cosineSchedule } from '@gyre/nn'
import type { ResultRecord } from '@gyre/report'
import {
  applyMethod,
  type BatchSource,
  checkHead,
  checkVocabulary,
  DivergenceError,
  decideMethod,
  headFor,
  measureTask,
  parseRunMethod,
  runTraining,
  type Task,
  Trainer,
  toMicroBatch,
} from '@gyre/train'
import type { Model } from '@gyre/transformers'
import { loadConfigFolder, loadModelFolder } from '@gyre/transformers/node'
import { loadTask } from '../fine-tuning/task.js'
import { processorSeconds } from '../processor-time.js'
import { TrainingRecord } from '../training-record.js'
import { gyreVersion } from '../version.js'
import type { OnProgress } from '../worker-process/messages.js'
import { type Cell, recordedSettings } from './cell.js'
import { type CellCosts, countCosts } from './cell-costs.js'

/** A cell, with what it needs on the machine where it runs. */
export interface CellRun {
  readonly cell: Cell
  readonly baseFolder: string
  /** Of the backend. */
  readonly identity: string
  readonly onProgress: OnProgress
}

/**
 * Fine-tunes the base model with a cell's method, and measures it. A run that diverges is a result, too: it has
 * `diverged` among its metrics, and no measures.
 */
export async function runCell({ cell, baseFolder, identity, onProgress }: CellRun): Promise<ResultRecord> {
  const began = performance.now()
  const prepared = await prepare(cell, baseFolder)
  const training = new TrainingRecord()
  const measures = await fineTune(prepared, training, onProgress).catch((error: unknown) => {
    if (error instanceof DivergenceError) return { diverged: 1 }
    throw error
  })
  const { costs, blockSizes } = prepared
  return {
    format: 1,
    kind: 'sweep',
    cell: cell.key,
    settings: recordedSettings(cell),
    versions: {
      gyre: gyreVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      backend: identity,
    },
    metrics: {
      ...measures,
      ...(training.last && { finalLoss: training.last.loss, stepMilliseconds: training.stepMilliseconds }),
      ...costs,
      seconds: (performance.now() - began) / 1000,
      processorSeconds: processorSeconds(),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    },
    curves: training.curves,
    ...(blockSizes && { blockSizes }),
    finishedAt: new Date().toISOString(),
  }
}

/** A run before its first step. */
interface Prepared {
  readonly model: Model
  readonly task: Task
  readonly trainer: Trainer
  readonly totalSteps: number
  readonly costs: CellCosts
  /** Those that the gradients chose, by site. */
  readonly blockSizes?: BlockSizesByPath
}

async function prepare(
  { task: { task: name, data, columns, training, ...limits }, model: { targets }, method, ...cell }: Cell,
  baseFolder: string,
): Promise<Prepared> {
  const { seed, tuning, learningRate } = cell
  const { steps: totalSteps, warmupSteps, weightDecay, maxGradNorm, headLearningRate } = training
  const tokenizer = await loadTokenizer(baseFolder)
  const { trainingLimit, heldOutLimit } = limits
  const choice = { task: name, data: data?.path, columns, portion: { tuning, trainingLimit, heldOutLimit } }
  const { config } = await loadConfigFolder(baseFolder)
  checkVocabulary(tokenizer, config)
  const task = await loadTask(choice, config, tokenizer, { ...training, seed })
  const model = await loadModelFolder(baseFolder, { ...headFor(task), seed })
  checkHead(model, task)
  const batches: BatchSource = (step) => [toMicroBatch(task.train!.batchAt(step))]
  const asked = parseRunMethod(method, { targets, modulesToSave: model.taskHeadPaths })
  const { method: decided, blockSizes } = await decideMethod(model, asked, batches)
  const costs = blockSizes
    ? countCosts(decided, { config: model.config, modelTask: model.task }, training)
    : cell.costs
  const trainable = applyMethod(model, decided, { seed })
  const trainer = new Trainer(model, trainable, batches, {
    totalSteps,
    learningRate,
    headLearningRate,
    schedule: cosineSchedule({ warmupSteps, totalSteps }),
    weightDecay,
    maxGradNorm,
    seed,
  })
  return { model, task, trainer, totalSteps, costs, blockSizes }
}

async function fineTune(
  { model, task, trainer, totalSteps }: Prepared,
  record: TrainingRecord,
  onProgress: OnProgress,
): Promise<{ readonly [metric: string]: number }> {
  await runTraining(trainer, {
    onStep: (step) => {
      record.note(step)
      onProgress(step.step, totalSteps, `loss ${step.loss.toFixed(3)}`)
    },
  })
  return measureTask(model, task)
}
