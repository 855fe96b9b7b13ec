import { loadTokenizer } from '@gyre/data/node'
import { cosineSchedule } from '@gyre/nn'
import type { ResultRecord } from '@gyre/report'
import {
  applyMethod,
  checkHead,
  checkVocabulary,
  DivergenceError,
  headFor,
  measureTask,
  parseMethod,
  runTraining,
  Trainer,
  toMicroBatch,
} from '@gyre/train'
import { loadConfigFolder, loadModelFolder } from '@gyre/transformers/node'
import { loadTask } from '../fine-tuning/task.js'
import { processorSeconds } from '../processor-time.js'
import { TrainingRecord } from '../training-record.js'
import { gyreVersion } from '../version.js'
import type { OnProgress } from '../worker-process/messages.js'
import { type Cell, recordedSettings } from './cell.js'

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
  const training = new TrainingRecord()
  let measures: { readonly [metric: string]: number }
  try {
    measures = await fineTune(cell, baseFolder, training, onProgress)
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error
    measures = { diverged: 1 }
  }
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
      ...cell.costs,
      seconds: (performance.now() - began) / 1000,
      processorSeconds: processorSeconds(),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    },
    curves: training.curves,
    finishedAt: new Date().toISOString(),
  }
}

async function fineTune(
  { task: { task: name, data, columns, training, ...limits }, model: { targets }, method, ...cell }: Cell,
  baseFolder: string,
  record: TrainingRecord,
  onProgress: OnProgress,
): Promise<{ readonly [metric: string]: number }> {
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
  const modulesToSave = model.hasTaskHead ? model.headPaths : []
  const trainable = applyMethod(model, parseMethod(method, { targets, modulesToSave }), { seed })
  const trainer = new Trainer(model, trainable, (step) => [toMicroBatch(task.train!.batchAt(step))], {
    totalSteps,
    learningRate,
    headLearningRate,
    schedule: cosineSchedule({ warmupSteps, totalSteps }),
    weightDecay,
    maxGradNorm,
    seed,
  })
  record.begin()
  await runTraining(trainer, {
    onStep: (step) => {
      record.note(step)
      onProgress(step.step, totalSteps, `loss ${step.loss.toFixed(3)}`)
    },
  })
  return measureTask(model, task)
}
