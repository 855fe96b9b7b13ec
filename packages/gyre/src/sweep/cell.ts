import { createHash } from 'node:crypto'
import type { ResultRecord } from '@gyre/report'
import { recipeKey } from '../base-model.js'
import type { CellCosts } from './cell-costs.js'
import type { GridModel, GridTask } from './grid.js'

/** A method of a certain size, on a task, in a model: what learning rates are chosen for. */
export interface Setting {
  readonly model: GridModel
  readonly task: GridTask
  /** The grid's name for the row that the method stands in. */
  readonly row: string
  /** With its size: `bca:p=64`. */
  readonly method: string
  /** What its size was chosen by, where a budget chose it, or what its block sizes are chosen within. */
  readonly budget?: number
  /**
   * Whether the gradients of each run choose its block sizes. Until then its trained numbers are the budget, the most that
   * they may be, and its FLOPs are those of one block size everywhere; its record has its own.
   */
  readonly automatic: boolean
  readonly costs: CellCosts
}

/** One fine-tuning run: the unit of work of a sweep. Plain data: it travels to other processes and machines. */
export interface Cell extends Setting {
  /** Names the work: whatever decides its numbers, in short, but the backend. */
  readonly key: string
  readonly learningRate: number
  readonly seed: number
  /** Whether it serves the choice of the learning rate, and is measured on a part of the training data. */
  readonly tuning: boolean
}

export function makeCell(
  setting: Setting,
  run: { readonly learningRate: number; readonly seed: number; readonly tuning: boolean },
): Cell {
  const deciding = JSON.stringify({ version: 1, ...decidingSettings({ ...setting, ...run }) })
  return { ...setting, ...run, key: createHash('sha256').update(deciding).digest('hex').slice(0, 16) }
}

/** A cell in words, for progress and errors. */
export function describeCell({ model, task, method, learningRate, seed, tuning }: Cell): string {
  return `${model.name}, ${task.name}, ${method}, ${tuning ? 'trying ' : ''}rate ${learningRate}, seed ${seed}`
}

/** A cell's settings as a record keeps them: flat, under the command line's names. */
export function recordedSettings(cell: Cell): ResultRecord['settings'] {
  const { model, task, row, budget } = cell
  return { model: model.name, task: task.name, row, budget: budget ?? null, ...decidingSettings(cell) }
}

/** Everything that decides a cell's numbers. What the grid calls the parts does not. */
function decidingSettings(cell: Omit<Cell, 'key'>): ResultRecord['settings'] {
  const { model, task, method, learningRate, seed, tuning } = cell
  const { training, columns } = task
  return {
    base: model.base.kind === 'folder' ? model.base.folder.written : recipeKey(model.base.recipe),
    targets: model.targets.join(','),
    'task-kind': task.task,
    data: task.data?.written ?? null,
    columns: JSON.stringify(columns),
    'training-limit': task.trainingLimit ?? null,
    'held-out-limit': task.heldOutLimit ?? null,
    method,
    'learning-rate': learningRate,
    'head-learning-rate': training.headLearningRate ?? null,
    seed,
    tuning,
    steps: training.steps,
    'batch-size': training.batchSize,
    'sequence-length': training.sequenceLength,
    'warmup-steps': training.warmupSteps,
    'weight-decay': training.weightDecay,
    'max-grad-norm': training.maxGradNorm,
  }
}
