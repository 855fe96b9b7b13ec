import {
  type ClassificationTask,
  decodeMobyDick,
  decodeSpeeches,
  type Example,
  eraLabels,
  holdOutLastTenth,
  holdOutTenth,
  type Metric,
  mobyDickText,
  readExamples,
  type Speech,
  speechesText,
  tableFormatOf,
  tableTasks,
  withColumns,
} from '@gyre/data'
import {
  checkKind,
  checkSequenceLength,
  eraParts,
  labelledBatches,
  type Parts,
  type Task,
  type TaskEncoding,
  type TaskOptions,
  textBatches,
} from '@gyre/train'
import type { BuiltInData, RunData } from '../contract.js'
import { WorkbenchError } from '../errors.js'
import type { Base } from './base-model.js'
import type { Surroundings } from './surroundings.js'

export interface RunTaskOptions {
  readonly fetchFile: Surroundings['fetchFile']
  readonly options: Omit<TaskOptions, 'lengthMultiple'>
  /** Whether nothing will be trained on. */
  readonly heldOutOnly?: boolean
}

/** Texts of a table are padded to so many different lengths at most: each is a program that has to be compiled. */
const mostLengths = 8

/** A run's data as `gyre finetune` would train on it, and `gyre evaluate` measure it. */
export async function readRunTask(
  data: RunData,
  { config, tokenizer }: Base,
  { fetchFile, options, heldOutOnly = false }: RunTaskOptions,
): Promise<Task> {
  const { sequenceLength } = options
  checkSequenceLength(sequenceLength, config)
  const encoding: TaskEncoding = {
    tokenizer,
    config,
    options: { ...options, lengthMultiple: Math.ceil(sequenceLength / mostLengths) },
  }
  if (data.kind === 'text' || (data.kind === 'built-in' && data.name !== 'era')) {
    checkKind('lm', 'language-model', config)
    const text = data.kind === 'text' ? checkedText(data, encoding) : await builtInText(data.name, fetchFile)
    const batches = heldOutOnly
      ? textBatches(holdOutLastTenth(text).heldOut, true, encoding)
      : textBatches(text, false, encoding)
    return { name: 'lm', kind: 'language-model', labels: [], metrics: [], ...batches }
  }
  const { name, parts, labels, metrics } = data.kind === 'table' ? readTable(data) : await readEras(fetchFile)
  checkKind(name, 'classification', config)
  const { train, heldOut } = parts
  const batches = labelledBatches(heldOutOnly ? { heldOut } : { train, heldOut }, encoding)
  return { name, kind: 'classification', labels, metrics, ...batches }
}

/** What a run is busy with while it reads its data. */
export function readingWords(data: RunData): string {
  if (data.kind !== 'built-in') return `reading ${data.fileName}`
  return data.name === 'moby-dick' ? 'reading Moby-Dick' : 'reading the speeches'
}

interface LabelledData {
  readonly name: string
  readonly parts: Parts<Example>
  readonly labels: readonly string[]
  readonly metrics: readonly Metric[]
}

function readTable({ fileName, text, columns }: Extract<RunData, { kind: 'table' }>): LabelledData {
  const task = withColumns<ClassificationTask>(tableTasks.classify, columns)
  const source = { source: fileName, format: tableFormatOf(fileName, task) }
  const { examples, labels } = readExamples(task, text, source)
  const { train, dev } = holdOutTenth(examples, fileName)
  return { name: task.name, parts: { train, heldOut: dev }, labels, metrics: task.metrics }
}

async function readEras(fetchFile: Surroundings['fetchFile']): Promise<LabelledData> {
  const parts = eraParts(await readSpeeches(fetchFile))
  return { name: 'era', parts, labels: eraLabels, metrics: ['accuracy'] }
}

async function builtInText(name: BuiltInData, fetchFile: Surroundings['fetchFile']): Promise<string> {
  if (name !== 'moby-dick') return speechesText(await readSpeeches(fetchFile))
  return mobyDickText(await decodeMobyDick(await bytesOf('data/moby-dick.bin', fetchFile)))
}

async function readSpeeches(fetchFile: Surroundings['fetchFile']): Promise<Speech[]> {
  return decodeSpeeches(await bytesOf('data/speeches.bin', fetchFile))
}

async function bytesOf(path: string, fetchFile: Surroundings['fetchFile']): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(path)).arrayBuffer())
}

/** A visitor's text; a `WorkbenchError` where it is too short for one sequence to be held out. */
function checkedText(
  { fileName, text }: Extract<RunData, { kind: 'text' }>,
  { tokenizer, options: { sequenceLength } }: TaskEncoding,
): string {
  const { length } = tokenizer.encode(holdOutLastTenth(text).heldOut)
  if (length >= sequenceLength) return text
  throw new WorkbenchError(
    `${fileName}: the text is too short: its last tenth, which is held out, has ${length} tokens, and a sequence ${sequenceLength}`,
  )
}
