import { DataError } from './data-error.js'
import { formatByEnding, type TableFormat, tableFormats } from './table.js'

export type Metric = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman'

/** What the files of a task look like. Of several names for a column the first that a file has is taken. */
interface TableLayout {
  readonly name: string
  readonly doc: string
  readonly formats: readonly TableFormat[]
  /** Without a header, columns are named by their positions from 1. */
  readonly header: boolean
  /** The number of columns where there is no header. */
  readonly columnCount?: number
  /** How the name of the development file begins; default `dev`. */
  readonly devFile?: string
}

/** Columns by their possible names. */
export interface TextColumns {
  readonly text: readonly string[]
  readonly pair?: readonly string[]
}

/** A class for one text, or for two. */
export interface ClassificationTask extends TableLayout {
  readonly kind: 'classification'
  readonly columns: TextColumns & { readonly label: readonly string[] }
  /** The classes in order, or those that the training file holds. */
  readonly labels: readonly string[] | 'from data'
  readonly metrics: readonly Metric[]
  /** The header that a file without labels has, where it differs. */
  readonly unlabelledText?: string
}

/** A number for one text, or for two. */
export interface RegressionTask extends TableLayout {
  readonly kind: 'regression'
  readonly columns: TextColumns & { readonly label: readonly string[] }
  readonly range?: readonly [least: number, most: number]
  readonly metrics: readonly Metric[]
}

/** An answer to a prompt. */
export interface InstructTask extends TableLayout {
  readonly kind: 'instruct'
  readonly columns: { readonly prompt: readonly string[]; readonly completion: readonly string[] }
  /** Whether the calculator's marks, as in `48/2 = <<48/2=24>>24`, are taken out of the answers. */
  readonly removeCalculatorMarks?: boolean
}

export type TableTask = ClassificationTask | RegressionTask | InstructTask

/** Names in the order of the columns `a`, `b`. */
const zeroOne = ['0', '1'] as const
const entailment = ['entailment', 'not_entailment'] as const

/**
 * Every task that is read from tables: how its files are laid out, what is predicted and what is measured. The metrics
 * of GLUE's tasks are GLUE's.
 *
 * @source Wang et al.: GLUE. arXiv 1804.07461, table 1, and its files; `sms-spam` is UCI data set 228; `gsm8k`: Cobbe
 * et al., arXiv 2110.14168.
 */
export const tableTasks = {
  cola: {
    name: 'cola',
    doc: 'one sentence; TSV without header: source, label (0 or 1), mark, sentence',
    kind: 'classification',
    formats: ['tsv'],
    header: false,
    columnCount: 4,
    columns: { text: ['4'], label: ['2'] },
    labels: zeroOne,
    metrics: ['matthews', 'accuracy'],
    unlabelledText: 'sentence',
  },
  sst2: {
    name: 'sst2',
    doc: 'one sentence; TSV with the columns sentence and label (0 or 1)',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['sentence'], label: ['label'] },
    labels: zeroOne,
    metrics: ['accuracy'],
  },
  mrpc: {
    name: 'mrpc',
    doc: 'two sentences; TSV with the columns Quality (0 or 1), #1 ID, #2 ID, #1 String, #2 String',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['#1 String'], pair: ['#2 String'], label: ['Quality'] },
    labels: zeroOne,
    metrics: ['accuracy', 'f1'],
  },
  qqp: {
    name: 'qqp',
    doc: 'two questions; TSV with the columns question1, question2 and is_duplicate (0 or 1)',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['question1'], pair: ['question2'], label: ['is_duplicate'] },
    labels: zeroOne,
    metrics: ['accuracy', 'f1'],
  },
  stsb: {
    name: 'stsb',
    doc: 'two sentences; TSV of 10 columns, among them sentence1, sentence2 and score (0 to 5)',
    kind: 'regression',
    formats: ['tsv'],
    header: true,
    columns: { text: ['sentence1'], pair: ['sentence2'], label: ['score'] },
    range: [0, 5],
    metrics: ['pearson', 'spearman'],
  },
  mnli: {
    name: 'mnli',
    doc: 'two sentences; TSV with the columns sentence1, sentence2 and gold_label; held out is dev_matched',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['sentence1'], pair: ['sentence2'], label: ['gold_label'] },
    labels: ['entailment', 'neutral', 'contradiction'],
    metrics: ['accuracy'],
    devFile: 'dev_matched',
  },
  qnli: {
    name: 'qnli',
    doc: 'a question and a sentence; TSV with the columns question, sentence and label (entailment or not_entailment)',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['question'], pair: ['sentence'], label: ['label'] },
    labels: entailment,
    metrics: ['accuracy'],
  },
  rte: {
    name: 'rte',
    doc: 'two sentences; TSV with the columns sentence1, sentence2 and label (entailment or not_entailment)',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['sentence1'], pair: ['sentence2'], label: ['label'] },
    labels: entailment,
    metrics: ['accuracy'],
  },
  wnli: {
    name: 'wnli',
    doc: 'two sentences; TSV with the columns sentence1, sentence2 and label (0 or 1)',
    kind: 'classification',
    formats: ['tsv'],
    header: true,
    columns: { text: ['sentence1'], pair: ['sentence2'], label: ['label'] },
    labels: zeroOne,
    metrics: ['accuracy'],
  },
  pairs: {
    name: 'pairs',
    doc: 'two sentences; TSV, CSV or JSON Lines with the columns sentence1, sentence2 and label',
    kind: 'classification',
    formats: tableFormats,
    header: true,
    columns: { text: ['sentence1'], pair: ['sentence2'], label: ['label'] },
    labels: 'from data',
    metrics: ['accuracy'],
  },
  'sms-spam': {
    name: 'sms-spam',
    doc: 'one message; TSV without header: label (ham or spam), text',
    kind: 'classification',
    formats: ['tsv'],
    header: false,
    columnCount: 2,
    columns: { text: ['2'], label: ['1'] },
    labels: ['ham', 'spam'],
    metrics: ['accuracy', 'f1', 'matthews'],
  },
  classify: {
    name: 'classify',
    doc: 'one text, or two; TSV, CSV or JSON Lines with the columns text (or sentence) and label (or category), or others that are named',
    kind: 'classification',
    formats: tableFormats,
    header: true,
    columns: { text: ['text', 'sentence'], label: ['label', 'category'] },
    labels: 'from data',
    metrics: ['accuracy', 'matthews'],
  },
  regress: {
    name: 'regress',
    doc: 'one text, or two; TSV, CSV or JSON Lines with the columns text (or sentence) and score (or label), or others that are named',
    kind: 'regression',
    formats: tableFormats,
    header: true,
    columns: { text: ['text', 'sentence'], label: ['score', 'label'] },
    metrics: ['pearson', 'spearman'],
  },
  instruct: {
    name: 'instruct',
    doc: 'a prompt and its answer; JSON Lines, CSV or TSV with the columns prompt (or question, instruction, mr) and completion (or answer, output, response, ref), or others that are named',
    kind: 'instruct',
    formats: ['jsonl', 'csv', 'tsv'],
    header: true,
    columns: {
      prompt: ['prompt', 'question', 'instruction', 'mr'],
      completion: ['completion', 'answer', 'output', 'response', 'ref'],
    },
  },
  gsm8k: {
    name: 'gsm8k',
    doc: 'a question and its worked answer; JSON Lines with question and answer; calculator marks `<<…>>` are taken out',
    kind: 'instruct',
    formats: ['jsonl'],
    header: true,
    columns: { prompt: ['question'], completion: ['answer'] },
    removeCalculatorMarks: true,
  },
} as const satisfies { readonly [name: string]: TableTask }

export type TableTaskName = keyof typeof tableTasks

/** Columns that the caller names, or counts from 1. */
export interface NamedColumns {
  readonly text?: string
  readonly pair?: string
  readonly label?: string
  readonly prompt?: string
  readonly completion?: string
}

/** A task with other columns: where they are positions, its files have no header. */
export function withColumns<Task extends TableTask>(task: Task, named: NamedColumns): Task {
  const entries = Object.entries(named).filter(([, name]) => name !== undefined) as [string, string][]
  if (entries.length === 0) return task
  const columns = { ...task.columns, ...Object.fromEntries(entries.map(([key, name]) => [key, [name]])) }
  const header = !entries.every(([, name]) => /^[1-9]\d*$/.test(name))
  return { ...task, columns, header }
}

/** How a task's file is to be read: by the ending of its name where the task takes several formats. */
export function tableFormatOf(file: string, { name, formats }: TableTask): TableFormat {
  const [only, ...others] = formats
  const format = others.length === 0 ? only! : formatByEnding(file)
  if (format === undefined || !formats.includes(format)) {
    throw new DataError(
      `${file}: ${name} takes files that end with ${formats.map((f) => `.${f}`).join(' or ')}`,
    )
  }
  return format
}
