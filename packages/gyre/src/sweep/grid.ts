import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { NamedColumns } from '@gyre/data'
import { trainingMethodNames } from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'
import { loadConfigFolder } from '@gyre/transformers/node'
import type { BaseModelRecipe } from '../base-model.js'
import { UsageError } from '../errors.js'
import { taskNames } from '../fine-tuning/task-options.js'
import { builtInTexts } from '../fine-tuning/texts.js'
import { findNamedConfig } from '../named-config.js'
import { type Located, parseLocated } from './located.js'

/** A file or a folder: as the grid writes it, relative to itself, and where that is on this machine. */
export interface GridPath {
  readonly written: string
  readonly path: string
}

/** What is fine-tuned: a folder that is there, or a base model that the sweep pre-trains from its recipe. */
export interface GridModel {
  readonly name: string
  readonly config: ModelConfig
  readonly targets: readonly string[]
  readonly base:
    | { readonly kind: 'folder'; readonly folder: GridPath }
    | { readonly kind: 'recipe'; readonly recipe: BaseModelRecipe; readonly text: GridPath }
}

/** How every run on a task is trained. */
export interface TrainingSettings {
  readonly steps: number
  readonly batchSize: number
  readonly sequenceLength: number
  readonly warmupSteps: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  /** Of a fresh head beside an adapter; default the adapter's. */
  readonly headLearningRate?: number
}

export interface GridTask {
  readonly name: string
  /** As `gyre finetune` calls it. */
  readonly task: string
  readonly data?: GridPath
  readonly columns: NamedColumns
  readonly trainingLimit?: number
  readonly heldOutLimit?: number
  readonly training: TrainingSettings
}

/** Block sizes, ranks or counts: a list for all models, one for each, or what their layers can be divided by. */
export type GridSizes =
  | readonly number[]
  | { readonly byModel: { readonly [model: string]: readonly number[] } }
  | 'divisors'

/** A method with its sizes. */
export interface GridMethod {
  readonly name: string
  /** As the command line takes it, without its size where `sizes` or `budgets` give it. */
  readonly method: string
  readonly sizes?: GridSizes
  /** Numbers that it may train at most, or the name of the row whose counts they are. */
  readonly budgets?: readonly number[] | { readonly row: string }
  readonly learningRates: readonly number[]
  /** Default all. */
  readonly models?: readonly string[]
  readonly tasks?: readonly string[]
  /** Where it stands, for errors. */
  readonly at: Located
}

/** Everything that a sweep runs: each method on each task with each model and each seed. */
export interface Grid {
  /** Of the file, without its ending. */
  readonly name: string
  readonly models: readonly GridModel[]
  readonly tasks: readonly GridTask[]
  readonly methods: readonly GridMethod[]
  readonly seeds: readonly number[]
  /** The seed on which learning rates are chosen. */
  readonly tuningSeed: number
}

/** Reads a grid from a YAML file; with `quick`, what stands under that key is laid over the rest. */
export async function readGrid(file: string, { quick }: { readonly quick: boolean }): Promise<Grid> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`${file}: there is no such file`) : error
  })
  const all = parseLocated(text, file)
  const keys = ['models', 'tasks', 'training', 'methods', 'seeds', 'tuning-seed', 'quick'] as const
  const asked = all.fields(keys).quick
  if (quick && !asked) throw all.error('--quick needs the key quick, with the smaller settings')
  const grid = (quick ? all.without('quick').overlaid(asked!) : all).fields(keys)
  const { models, tasks, training, methods } = grid
  for (const key of ['models', 'tasks', 'methods'] as const) {
    if (!grid[key]) throw all.error(`expected the key ${key}`)
  }
  const folder = dirname(file)
  const read: Grid = {
    name: basename(file).replace(/\.ya?ml$/, ''),
    models: await Promise.all(models!.entries().map(([name, model]) => readModel(name, model, folder))),
    tasks: tasks!.entries().map(([name, task]) => readTask(name, task, training, folder)),
    methods: methods!.list().map(readMethod),
    seeds: grid.seeds ? distinct(grid.seeds, (seed) => seed.integer(0)) : [0],
    tuningSeed: grid['tuning-seed']?.integer(0) ?? 0,
  }
  checkReferences(read)
  return read
}

const modelKeys = ['config', 'folder', 'text', 'pretraining', 'targets'] as const

async function readModel(name: string, model: Located, folder: string): Promise<GridModel> {
  const { config, folder: there, text, pretraining, targets } = model.fields(modelKeys)
  if ((config === undefined) === (there === undefined)) {
    throw model.error(
      'expected either config, of a base that is pre-trained, or folder, of a model that is there',
    )
  }
  const shared = { name, targets: targets ? names(targets) : ['all-linear'] }
  if (there) {
    const place = readPath(there, folder)
    for (const other of [text, pretraining])
      if (other) throw other.error('a model that is there is not pre-trained')
    const { config } = await loadConfigFolder(place.path).catch((error: Error) => {
      throw there.error(error.message)
    })
    return { ...shared, config, base: { kind: 'folder', folder: place } }
  }
  const written = config!.string()
  const found = await findNamedConfig(written, resolve(folder, written), written).catch((error: Error) => {
    throw config!.error(error.message)
  })
  if (!text || !pretraining) throw model.error('a base that is pre-trained needs text and pretraining')
  const place = Object.hasOwn(builtInTexts, text.string())
    ? { written: text.string(), path: text.string() }
    : readPath(text, folder)
  const recipe = { config: found, text: place.written, pretraining: readPretraining(pretraining) }
  return { ...shared, config: found, base: { kind: 'recipe', recipe, text: place } }
}

function readPretraining(at: Located): BaseModelRecipe['pretraining'] {
  const fields = at.fields([...trainingKeys, 'learning-rate', 'masked-share', 'seed'])
  return {
    ...readTrainingFields(fields, at),
    learningRate: fields['learning-rate']?.number('above 0') ?? 3e-3,
    maskedShare: fields['masked-share']?.number('above 0'),
    seed: fields.seed?.integer(0) ?? 0,
  }
}

const trainingKeys = [
  'steps',
  'batch-size',
  'sequence-length',
  'warmup-steps',
  'weight-decay',
  'max-grad-norm',
] as const

function readTrainingFields(
  fields: { readonly [Key in (typeof trainingKeys)[number]]?: Located },
  at: Located,
): Omit<TrainingSettings, 'headLearningRate'> {
  if (!fields.steps) throw at.error('expected the key steps')
  const steps = fields.steps.integer(1)
  const warmupSteps = fields['warmup-steps']?.integer(0) ?? 0
  if (warmupSteps > steps) {
    throw fields['warmup-steps']!.error(`${warmupSteps} steps are more than the ${steps} of the run`)
  }
  return {
    steps,
    warmupSteps,
    batchSize: fields['batch-size']?.integer(1) ?? 8,
    sequenceLength: fields['sequence-length']?.integer(5) ?? 64,
    weightDecay: fields['weight-decay']?.number('≥ 0') ?? 0,
    maxGradNorm: fields['max-grad-norm']?.number('above 0') ?? 1,
  }
}

const columnKeys = ['text', 'pair', 'label', 'prompt', 'completion'] as const

function readTask(name: string, at: Located, shared: Located | undefined, folder: string): GridTask {
  const fields = at.fields(['task', 'data', 'columns', 'training-limit', 'held-out-limit', 'training'])
  if (!fields.task) throw at.error('expected the key task')
  const task = fields.task.choice(taskNames)
  const needsData = task !== 'era'
  if (needsData !== (fields.data !== undefined)) {
    throw at.error(needsData ? `the task ${task} needs data` : `the task ${task} brings its own data`)
  }
  const training = shared && fields.training ? shared.overlaid(fields.training) : (fields.training ?? shared)
  if (!training) throw at.error('expected the key training, here or for all tasks')
  const trainingFields = training.fields([...trainingKeys, 'head-learning-rate'])
  const columns = Object.entries(fields.columns?.fields(columnKeys) ?? {})
  const isBuiltIn = task === 'lm' && fields.data && Object.hasOwn(builtInTexts, fields.data.string())
  return {
    name,
    task,
    data: isBuiltIn
      ? { written: fields.data!.string(), path: fields.data!.string() }
      : fields.data && readPath(fields.data, folder),
    columns: Object.fromEntries(columns.map(([key, column]) => [key, column!.string()])),
    trainingLimit: fields['training-limit']?.integer(1),
    heldOutLimit: fields['held-out-limit']?.integer(1),
    training: {
      ...readTrainingFields(trainingFields, training),
      headLearningRate: trainingFields['head-learning-rate']?.number('above 0'),
    },
  }
}

const methodKeys = ['name', 'method', 'sizes', 'budgets', 'learning-rates', 'models', 'tasks'] as const

function readMethod(at: Located): GridMethod {
  const fields = at.fields(methodKeys)
  if (!fields.method) throw at.error('expected the key method')
  if (!fields['learning-rates']) throw at.error('expected the key learning-rates')
  if (fields.sizes && fields.budgets) throw at.error('sizes and budgets both decide the size; expected one')
  const method = fields.method.string()
  const name = method.split(':')[0]!
  if (!trainingMethodNames.includes(name)) fields.method.choice(trainingMethodNames)
  return {
    name: fields.name?.string() ?? name,
    method,
    sizes: fields.sizes && readSizes(fields.sizes),
    budgets: fields.budgets?.isList()
      ? distinct(fields.budgets, (budget) => budget.integer(1))
      : fields.budgets && { row: fields.budgets.string() },
    learningRates: distinct(fields['learning-rates'], (rate) => rate.number('above 0')),
    models: fields.models && names(fields.models),
    tasks: fields.tasks && names(fields.tasks),
    at,
  }
}

function readSizes(at: Located): GridSizes {
  const listOf = (list: Located): number[] => distinct(list, (size) => size.integer(1))
  if (at.isList()) return listOf(at)
  if (at.isMapping())
    return { byModel: Object.fromEntries(at.entries().map(([model, list]) => [model, listOf(list)])) }
  return at.choice<'divisors'>(['divisors'])
}

/** Names that stand for other parts of the grid must be there. */
function checkReferences({ models, tasks, methods }: Grid): void {
  for (const row of methods) {
    for (const [key, parts] of [
      ['models', models],
      ['tasks', tasks],
    ] as const) {
      const known = parts.map(({ name }) => name)
      for (const name of row.at.fields(methodKeys)[key]?.list() ?? []) name.choice(known)
    }
    if (methods.some((other) => other !== row && other.name === row.name)) {
      throw row.at.error(`another row is named ${row.name}, too; give one of them a name of its own`)
    }
    const { budgets, sizes } = row.at.fields(methodKeys)
    if (sizes?.isMapping()) {
      const given = sizes.fields(models.map(({ name }) => name))
      const missing = models.find(({ name }) => !given[name])
      if (missing) throw sizes.error(`expected sizes for each model; ${missing.name} has none`)
    }
    if (budgets && !budgets.isList()) {
      const sized = methods.filter(({ sizes }) => sizes !== undefined).map(({ name }) => name)
      if (sized.length === 0) throw budgets.error('expected a list of numbers; no row has sizes')
      budgets.choice(sized)
    }
  }
}

function readPath(at: Located, folder: string): GridPath {
  return { written: at.string(), path: resolve(folder, at.string()) }
}

function names(at: Located): string[] {
  return distinct(at, (name) => name.string())
}

/** The items of a list, no two of which may be equal. */
function distinct<Item extends string | number>(at: Located, read: (item: Located) => Item): Item[] {
  const items: Item[] = []
  for (const item of at.list()) {
    const value = read(item)
    if (items.includes(value)) throw item.error(`${value} stands here twice`)
    items.push(value)
  }
  return items
}
