import {
  answerBatches,
  type Batches,
  type EncodedAnswer,
  type Example,
  eraLabels,
  exampleBatches,
  holdOutLastTenth,
  type InstructTask,
  type Metric,
  type NamedColumns,
  type PromptAndAnswer,
  type SplitText,
  type Tokenizer,
} from '@gyre/data'
import { readExampleFile, readPromptFile, readPromptFolder, readTaskFolder } from '@gyre/data/node'
import { pretrainingBatches } from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'
import { eraSplit } from '../compare/comparison-data.js'
import { UsageError } from '../errors.js'
import { checkKind, checkSequenceLength } from './check-fit.js'
import { type Parts, type Portion, takePortion } from './portion.js'
import { findTableTask } from './task-options.js'
import { readText } from './texts.js'

export const taskKinds = ['language-model', 'instruct', 'classification', 'regression'] as const
export type TaskKind = (typeof taskKinds)[number]

/** What a model is trained for, with its data as batches. */
export interface Task {
  readonly name: string
  readonly kind: TaskKind
  /** Names of the classes; empty for other kinds. */
  readonly labels: readonly string[]
  readonly metrics: readonly Metric[]
  /** Empty where everything is measured. */
  readonly train: Batches | undefined
  readonly heldOut: Batches
  readonly heldOutCharacters?: number
}

export interface TaskOptions {
  readonly batchSize: number
  readonly sequenceLength: number
  readonly seed: number
}

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
    const { train, heldOut, labels } = await eraSplit(undefined, undefined, false)
    return { kind: 'classification', labels, metrics: ['accuracy'], sizes: sizesOf(train, heldOut) }
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

/** Reads a task's data: `lm` from a text, `era` from the built-in speeches, the others from tables. */
export async function loadTask(
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
  if (name === 'lm') return languageModelTask(await readText(data), measureAll, encoding)
  if (!tableTask) {
    const { train, heldOut } = await eraSplit(undefined, undefined, false)
    const parts = measureAll ? { heldOut: [...train, ...heldOut] } : { train, heldOut }
    return { name, kind, labels: eraLabels, metrics: ['accuracy'], ...exampleParts(parts, encoding) }
  }
  if (data === undefined) throw needsData(name)
  if (tableTask.kind === 'instruct') {
    const parts = measureAll
      ? { heldOut: await readPromptFile(data, tableTask) }
      : await readPromptFolder(data, tableTask).then(({ train, dev }) => ({ train, heldOut: dev }))
    return { name, kind, labels: [], metrics: [], ...answerParts(tableTask, parts, encoding) }
  }
  const { metrics } = tableTask
  const scores = kind === 'regression'
  if (measureAll) {
    const { examples, labels } = await readExampleFile(data, tableTask, knownLabels)
    return { name, kind, labels, metrics, ...exampleParts({ heldOut: examples }, encoding, scores) }
  }
  const { train, dev, labels } = await readTaskFolder(data, tableTask, knownLabels)
  return { name, kind, labels, metrics, ...exampleParts({ train, heldOut: dev }, encoding, scores) }
}

interface Encoding {
  readonly tokenizer: Tokenizer
  readonly config: ModelConfig
  readonly options: TaskOptions
  readonly portion: Portion | undefined
}

function languageModelTask(
  text: string,
  measureAll: boolean,
  { tokenizer, config, options, portion }: Encoding,
): Task {
  const { train, heldOut } = measureAll ? { train: undefined, heldOut: text } : splitText(text, portion)
  const batches = (ids: Int32Array): Batches => pretrainingBatches(config, ids, tokenizer, options)
  const heldOutIds = tokenizer.encode(heldOut).slice(0, portion?.heldOutLimit)
  return {
    name: 'lm',
    kind: 'language-model',
    labels: [],
    metrics: [],
    train:
      train === undefined ? undefined : batches(tokenizer.encode(train).slice(0, portion?.trainingLimit)),
    heldOut: batches(heldOutIds),
    heldOutCharacters:
      portion?.heldOutLimit === undefined ? heldOut.length : tokenizer.decode(heldOutIds).length,
  }
}

function splitText(text: string, portion: Portion | undefined): SplitText {
  const split = holdOutLastTenth(text)
  return portion?.tuning ? holdOutLastTenth(split.train) : split
}

function exampleParts(all: Parts<Example>, encoding: Encoding, scores = false): BatchParts {
  const parts = encoding.portion ? takePortion(all, encoding.portion) : all
  const { sequenceLength, ...options } = encoding.options
  const batches = (examples: readonly Example[]): Batches =>
    exampleBatches(
      examples.map(({ text, textPair, label }) => ({
        ...encoding.tokenizer.encodeForModel(text, { pair: textPair, maxLength: sequenceLength }),
        label,
      })),
      { ...options, padToken: paddingOf(encoding), scores },
    )
  return { train: parts.train && batches(parts.train), heldOut: batches(parts.heldOut) }
}

type BatchParts = Pick<Task, 'train' | 'heldOut'>

/** Prompts of which no token of the answer is left within the length are left out, and counted. */
function answerParts({ name }: InstructTask, all: Parts<PromptAndAnswer>, encoding: Encoding): BatchParts {
  const parts = encoding.portion ? takePortion(all, encoding.portion) : all
  const { sequenceLength, ...options } = encoding.options
  const batches = (items: readonly PromptAndAnswer[]): Batches => {
    const encoded = items.map((item) => encodeAnswer(item, encoding.tokenizer, sequenceLength))
    const fitting = encoded.filter(({ ids, answerStart }) => answerStart < ids.length)
    const leftOut = items.length - fitting.length
    if (leftOut > 0) {
      process.stderr.write(
        `--task ${name}: ${leftOut} of ${items.length} prompts fill all ${sequenceLength} tokens and are left out\n`,
      )
    }
    if (fitting.length === 0) {
      throw new UsageError(`--sequence-length ${sequenceLength}: no prompt leaves room for its answer`)
    }
    return answerBatches(fitting, { ...options, padToken: paddingOf(encoding) })
  }
  return { train: parts.train && batches(parts.train), heldOut: batches(parts.heldOut) }
}

/** A prompt, a line break, its answer, and the end of the text; what is too long is cut at its end. */
export function encodeAnswer(
  { prompt, completion }: PromptAndAnswer,
  tokenizer: Tokenizer,
  maxLength: number,
): EncodedAnswer {
  const asked = tokenizer.encodeForModel(`${prompt}\n`).ids
  const { eos } = tokenizer.special
  const answer = [...tokenizer.encode(completion), ...(eos === undefined ? [] : [eos])]
  return { ids: Int32Array.from([...asked, ...answer].slice(0, maxLength)), answerStart: asked.length }
}

/** The id of padding, which a mask keeps everyone from reading: any will do where there is none of its own. */
export function paddingOf({ tokenizer, config }: Pick<Encoding, 'tokenizer' | 'config'>): number {
  return config.padTokenId ?? tokenizer.special.pad ?? tokenizer.special.eos ?? 0
}
