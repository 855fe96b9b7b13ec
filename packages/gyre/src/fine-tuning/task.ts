import { eraLabels, holdOutLastTenth, type Metric, type NamedColumns, type Tokenizer } from '@gyre/data'
import {
  loadSpeeches,
  readExampleFile,
  readPromptFile,
  readPromptFolder,
  readTaskFolder,
} from '@gyre/data/node'
import {
  checkKind,
  checkSequenceLength,
  eraParts,
  labelledBatches,
  type Portion,
  promptBatches,
  type Task,
  type TaskKind,
  type TaskOptions,
  textBatches,
} from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'
import { UsageError } from '../errors.js'
import { findTableTask } from './task-options.js'
import { readText } from './texts.js'

/** Which task, and where its data is. */
export interface TaskChoice {
  readonly task: string
  readonly data?: string
  readonly columns: NamedColumns
  /** Whether all the data is measured and nothing is trained on; otherwise a part is held out. */
  readonly measureAll?: boolean
  /** The classes of a model that is there already. */
  readonly labels?: readonly string[]
  /** Default all the data. */
  readonly portion?: Portion
}

/** What is known of a task before there is a model: its kind, its classes, and how much data there is. */
export interface TaskOutline {
  readonly kind: TaskKind
  readonly labels: readonly string[]
  readonly metrics: readonly Metric[]
  /** Examples, or characters of a text. */
  readonly sizes: { readonly train: number; readonly heldOut: number }
}

/** Reads a task's data as far as no tokenizer is needed; it throws whatever is wrong with the data. */
export async function outlineTask({ task: name, data, columns }: TaskChoice): Promise<TaskOutline> {
  const tableTask = findTableTask(name, columns)
  const sizesOf = (train: ArrayLike<unknown>, heldOut: ArrayLike<unknown>) => ({
    train: train.length,
    heldOut: heldOut.length,
  })
  if (name === 'lm') {
    const { train, heldOut } = holdOutLastTenth(await readText(data))
    return { kind: 'language-model', labels: [], metrics: [], sizes: sizesOf(train, heldOut) }
  }
  if (!tableTask) {
    const { train, heldOut } = eraParts(await loadSpeeches())
    return {
      kind: 'classification',
      labels: eraLabels,
      metrics: ['accuracy'],
      sizes: sizesOf(train, heldOut),
    }
  }
  if (data === undefined) throw needsData(name)
  if (tableTask.kind === 'instruct') {
    const { train, dev } = await readPromptFolder(data, tableTask)
    return { kind: 'instruct', labels: [], metrics: [], sizes: sizesOf(train, dev) }
  }
  const { train, dev, labels } = await readTaskFolder(data, tableTask)
  return { kind: tableTask.kind, labels, metrics: tableTask.metrics, sizes: sizesOf(train, dev) }
}

function needsData(name: string): UsageError {
  return new UsageError(`--task ${name} needs --data, a file or a folder`)
}

/**
 * Reads a task's data, and says what of it could not be used: `lm` is a text, `era` the built-in speeches, the others are
 * tables.
 */
export async function loadTask(
  choice: TaskChoice,
  config: ModelConfig,
  tokenizer: Tokenizer,
  options: TaskOptions,
): Promise<Task> {
  const task = await readTask(choice, config, tokenizer, options)
  for (const note of task.notes ?? []) process.stderr.write(`--task ${task.name}: ${note}\n`)
  return task
}

async function readTask(
  choice: TaskChoice,
  config: ModelConfig,
  tokenizer: Tokenizer,
  options: TaskOptions,
): Promise<Task> {
  const { task: name, data, measureAll = false, labels: knownLabels, portion } = choice
  const tableTask = findTableTask(name, choice.columns)
  const kind = tableTask?.kind ?? (name === 'lm' ? 'language-model' : 'classification')
  checkKind(name, kind, config)
  checkSequenceLength(options.sequenceLength, config)
  const encoding = { tokenizer, config, options, portion }
  if (name === 'lm') {
    const batches = textBatches(await readText(data), measureAll, encoding)
    return { name, kind, labels: [], metrics: [], ...batches }
  }
  if (!tableTask) {
    const { train, heldOut } = eraParts(await loadSpeeches())
    const parts = measureAll ? { heldOut: [...train, ...heldOut] } : { train, heldOut }
    return { name, kind, labels: eraLabels, metrics: ['accuracy'], ...labelledBatches(parts, encoding) }
  }
  if (data === undefined) throw needsData(name)
  if (tableTask.kind === 'instruct') {
    const parts = measureAll
      ? { heldOut: await readPromptFile(data, tableTask) }
      : await readPromptFolder(data, tableTask).then(({ train, dev }) => ({ train, heldOut: dev }))
    return { name, kind, labels: [], metrics: [], ...promptBatches(parts, encoding) }
  }
  const { metrics } = tableTask
  const scores = kind === 'regression'
  if (measureAll) {
    const { examples, labels } = await readExampleFile(data, tableTask, knownLabels)
    return { name, kind, labels, metrics, ...labelledBatches({ heldOut: examples }, encoding, scores) }
  }
  const { train, dev, labels } = await readTaskFolder(data, tableTask, knownLabels)
  return { name, kind, labels, metrics, ...labelledBatches({ train, heldOut: dev }, encoding, scores) }
}
