import { isGyreError } from '@gyre/tensor'
import {
  blockSizesOf,
  checkKind,
  checkSequenceLength,
  countTrained,
  headFor,
  withinBudget,
  withSize,
} from '@gyre/train'
import {
  createModel,
  languageModelTask,
  type Model,
  type ModelConfig,
  type ModelTask,
} from '@gyre/transformers'
import { outlineTask, type TaskOutline } from '../fine-tuning/task.js'
import { type Cell, makeCell, type Setting } from './cell.js'
import { countCosts, planMethod } from './cell-costs.js'
import type { Grid, GridMethod, GridModel, GridSizes, GridTask } from './grid.js'

/** What a grid comes to. */
export interface Plan {
  readonly groups: readonly Group[]
  /** What the grid asks for and no size of a method is small enough for, in words. */
  readonly leftOut: readonly string[]
}

/** A setting with all its runs: those that choose a learning rate, and those that are compared. */
export interface Group {
  readonly setting: Setting
  readonly outline: TaskOutline
  /** One for each learning rate; none where there is only one rate. */
  readonly tuning: readonly Cell[]
  readonly learningRates: readonly number[]
  readonly seeds: readonly number[]
}

/** Multiplies a grid out. Nothing is computed; whatever could not be run is an error with its place in the grid. */
export async function planSweep(grid: Grid): Promise<Plan> {
  const groups: Group[] = []
  const leftOut: string[] = []
  for (const task of grid.tasks) {
    const outline = await outlineTask({ ...task, data: task.data?.path })
    for (const model of grid.models) {
      checkKind(task.task, outline.kind, model.config)
      checkSequenceLength(task.training.sequenceLength, model.config)
      const site = { model, task, outline, ...withHead(model.config, outline) }
      for (const row of grid.methods) {
        if (row.models?.includes(model.name) === false || row.tasks?.includes(task.name) === false) continue
        try {
          const sized = methodsOf(row, grid, site, (what) => leftOut.push(what))
          groups.push(...sized.map((each) => makeGroup(each, row, grid, site)))
        } catch (error) {
          throw isGyreError(error) ? row.at.error(error.message) : error
        }
      }
    }
  }
  return { groups, leftOut }
}

/** Where methods are tried: a model with the head that a task needs. */
interface Site {
  readonly model: GridModel
  readonly task: GridTask
  readonly outline: TaskOutline
  readonly config: ModelConfig
  readonly modelTask: ModelTask
}

/** The configuration of a model with the head that a task needs. */
export function withHead(
  config: ModelConfig,
  outline: TaskOutline,
): { readonly config: ModelConfig; readonly modelTask: ModelTask } {
  const { task, numLabels, labels, problemType } = headFor(outline)
  if (task === undefined) return { config, modelTask: languageModelTask(config) }
  return { config: { ...config, numLabels: numLabels!, labels, problemType } as ModelConfig, modelTask: task }
}

interface SizedMethod {
  readonly method: string
  readonly budget?: number
}

/** A row's methods with their sizes in a model. */
function methodsOf(row: GridMethod, grid: Grid, site: Site, leaveOut: (what: string) => void): SizedMethod[] {
  const { model, task } = site
  const { targets } = model
  const shape = newModel(site)
  const sizesHere = (sizes: GridSizes): readonly number[] => {
    if (sizes === 'divisors') return blockSizesOf(shape, targets)
    return 'byModel' in sizes ? sizes.byModel[model.name]! : sizes
  }
  const sizedTexts = ({ method, sizes }: GridMethod): string[] =>
    sizesHere(sizes!).map((size) => withSize(method, size))
  if (row.sizes) return sizedTexts(row).map((method) => ({ method }))
  if (!row.budgets) return [{ method: row.method }]
  const reference = 'row' in row.budgets ? row.budgets.row : undefined
  const budgets =
    'row' in row.budgets
      ? sizedTexts(grid.methods.find(({ name }) => name === reference)!).map((method) =>
          countTrained(method, shape, targets),
        )
      : row.budgets
  const chosen = new Map<string, number>()
  for (const budget of budgets) {
    const method = withinBudget(row.method, shape, { targets, budget })
    if (method === undefined) {
      leaveOut(`${model.name}, ${task.name}: no ${row.name} trains only ${budget} numbers`)
      continue
    }
    // Two budgets may choose one size: the smaller one is what it matches.
    chosen.set(method, Math.min(budget, chosen.get(method) ?? budget))
  }
  return [...chosen].map(([method, budget]) => ({ method, budget }))
}

function makeGroup(sized: SizedMethod, row: GridMethod, grid: Grid, site: Site): Group {
  const { model, task, outline } = site
  const { method, budget } = planMethod(sized.method, { ...site, targets: model.targets })
  const costs = countCosts(method, site, task.training)
  const setting: Setting = {
    model,
    task,
    row: row.name,
    budget,
    ...sized,
    automatic: budget !== undefined,
    costs: budget === undefined ? costs : { ...costs, trainableParameters: budget },
  }
  const { learningRates } = row
  const tuning = learningRates.map((learningRate) =>
    makeCell(setting, { learningRate, seed: grid.tuningSeed, tuning: true }),
  )
  return {
    setting,
    outline,
    learningRates,
    seeds: grid.seeds,
    tuning: learningRates.length > 1 ? tuning : [],
  }
}

function newModel({ config, modelTask }: Pick<Site, 'config' | 'modelTask'>): Model {
  return createModel(config, { seed: 0, task: modelTask })
}
