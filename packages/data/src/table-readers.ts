import { DataError } from './data-error.js'
import { readCsv, readJsonLines, readTsv, type TableRow } from './delimited.js'

/** A text, or two, with its class as an index, or its score. */
export interface Example {
  readonly text: string
  readonly textPair?: string
  readonly label: number
}

/** A row as the file has it: the label is not yet checked. */
export interface LabelledRow {
  readonly text: string
  readonly textPair?: string
  readonly label: string
  readonly line: number
}

export type Metric = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman'

/** How a task's files are laid out, and what is measured on them. */
export interface TableLayout {
  readonly name: string
  readonly doc: string
  /** What its files end with. */
  readonly extension: 'tsv' | 'csv' | 'jsonl'
  /** The classes in order, or those that the training file holds, or a number from 0 to 5 to be predicted. */
  readonly labels: readonly string[] | 'from data' | 'score'
  readonly read: (text: string, source: string) => readonly LabelledRow[]
  readonly metrics: readonly Metric[]
}

/** @source the files of GLUE: Wang et al., arXiv 1804.07461; `sms-spam` is UCI data set 228. */
export const tableLayouts = {
  sst2: {
    name: 'sst2',
    doc: 'one sentence, TSV with the columns sentence and label (0 or 1)',
    extension: 'tsv',
    labels: ['0', '1'],
    read: (text, source) => byName(readTsv(text, source), { text: 'sentence', label: ['label'] }, source),
    metrics: ['accuracy'],
  },
  cola: {
    name: 'cola',
    doc: 'one sentence, TSV without header: source, label (0 or 1), mark, sentence',
    extension: 'tsv',
    labels: ['0', '1'],
    read: (text, source) => byPosition(readTsv(text, source), 4, { text: 3, label: 1 }, source),
    metrics: ['matthews', 'accuracy'],
  },
  mrpc: {
    name: 'mrpc',
    doc: 'two sentences, TSV with the columns Quality (0 or 1), #1 ID, #2 ID, #1 String, #2 String',
    extension: 'tsv',
    labels: ['0', '1'],
    read: (text, source) =>
      byName(readTsv(text, source), { text: '#1 String', textPair: '#2 String', label: ['Quality'] }, source),
    metrics: ['accuracy', 'f1'],
  },
  stsb: {
    name: 'stsb',
    doc: 'two sentences, TSV of 10 columns, among them sentence1, sentence2 and score (0 to 5)',
    extension: 'tsv',
    labels: 'score',
    read: (text, source) =>
      byName(readTsv(text, source), { text: 'sentence1', textPair: 'sentence2', label: ['score'] }, source),
    metrics: ['pearson', 'spearman'],
  },
  pairs: {
    name: 'pairs',
    doc: 'two sentences, TSV with the columns index, sentence1, sentence2 and label',
    extension: 'tsv',
    labels: 'from data',
    read: (text, source) =>
      byName(readTsv(text, source), { text: 'sentence1', textPair: 'sentence2', label: ['label'] }, source),
    metrics: ['accuracy'],
  },
  'sms-spam': {
    name: 'sms-spam',
    doc: 'one message, TSV without header: label (ham or spam), text',
    extension: 'tsv',
    labels: ['ham', 'spam'],
    read: (text, source) => byPosition(readTsv(text, source), 2, { text: 1, label: 0 }, source),
    metrics: ['accuracy', 'f1', 'matthews'],
  },
  tsv: {
    name: 'tsv',
    doc: 'one text, TSV with the columns text and label',
    extension: 'tsv',
    labels: 'from data',
    read: (text, source) => byName(readTsv(text, source), { text: 'text', label: ['label'] }, source),
    metrics: ['accuracy'],
  },
  csv: {
    name: 'csv',
    doc: 'one text, CSV with the columns text and label (or category); blanks around both are dropped',
    extension: 'csv',
    labels: 'from data',
    read: (text, source) =>
      byName(readCsv(text, source), { text: 'text', label: ['label', 'category'] }, source).map((row) => ({
        ...row,
        text: row.text.trim(),
        label: row.label.trim(),
      })),
    metrics: ['accuracy'],
  },
  jsonl: {
    name: 'jsonl',
    doc: 'one text, JSON Lines with the fields text (a string) and label (a string or a number)',
    extension: 'jsonl',
    labels: 'from data',
    read: (text, source) =>
      readJsonLines(text, source).map(({ line, value }) => {
        if (typeof value.text !== 'string') {
          throw new DataError(
            `${source}, line ${line}: expected a string as "text", got ${kindOf(value.text)}`,
          )
        }
        if (typeof value.label !== 'string' && typeof value.label !== 'number') {
          throw new DataError(
            `${source}, line ${line}: expected a string or a number as "label", got ${kindOf(value.label)}`,
          )
        }
        return { text: value.text, label: String(value.label), line }
      }),
    metrics: ['accuracy'],
  },
} as const satisfies { readonly [name: string]: TableLayout }

/** Examples, and what each label index stands for; scores have no labels. */
export interface LabelledExamples {
  readonly examples: Example[]
  readonly labels: readonly string[]
}

/**
 * The examples of one file. `labels` are those of the training file, for a development file of a layout whose
 * labels come from data. `source` names the file in errors.
 */
export function readExamples(
  layout: TableLayout,
  text: string,
  source: string,
  labels?: readonly string[],
): LabelledExamples {
  const rows = layout.read(text, source)
  if (rows.length === 0) throw new DataError(`${source}: the file has a header and no rows`)
  if (layout.labels === 'score') {
    return { examples: rows.map((row) => exampleOf(row, scoreOf(row, source))), labels: [] }
  }
  const classes = layout.labels === 'from data' ? (labels ?? distinctLabels(rows, source)) : layout.labels
  const indices = new Map(classes.map((label, index) => [label, index]))
  const examples = rows.map((row) => {
    const index = indices.get(row.label)
    if (index === undefined) {
      throw new DataError(
        `${source}, line ${row.line}: expected the label ${list(classes, 'or')}, got "${row.label}"`,
      )
    }
    return exampleOf(row, index)
  })
  return { examples, labels: classes }
}

function exampleOf({ text, textPair }: LabelledRow, label: number): Example {
  return textPair === undefined ? { text, label } : { text, textPair, label }
}

function distinctLabels(rows: readonly LabelledRow[], source: string): readonly string[] {
  const labels = [...new Set(rows.map((row) => row.label))].sort()
  if (labels.length < 2) {
    throw new DataError(`${source}: expected at least two different labels, got only "${labels[0]}"`)
  }
  return labels
}

function scoreOf({ label, line }: LabelledRow, source: string): number {
  const score = label.trim() === '' ? Number.NaN : Number(label)
  if (!(score >= 0 && score <= 5)) {
    throw new DataError(`${source}, line ${line}: expected a score from 0 to 5, got "${label}"`)
  }
  return score
}

/** Rows below a header; of several names for the label's column the first that the header has. */
function byName(
  [header, ...rows]: readonly TableRow[],
  columns: { readonly text: string; readonly textPair?: string; readonly label: readonly string[] },
  source: string,
): LabelledRow[] {
  const names = header!.fields
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new DataError(`${source}, line ${header!.line}: the header has the column "${repeated}" twice`)
  }
  const find = (...candidates: readonly string[]): number => {
    const name = candidates.find((candidate) => names.includes(candidate))
    if (name === undefined) {
      throw new DataError(
        `${source}, line ${header!.line}: expected a column ${list(candidates, 'or')}, found ${list(names, 'and')}`,
      )
    }
    return names.indexOf(name)
  }
  const { text, textPair, label } = columns
  const positions = { text: find(text), label: find(...label) }
  return byPosition(
    rows,
    names.length,
    textPair === undefined ? positions : { ...positions, textPair: find(textPair) },
    source,
  )
}

function byPosition(
  rows: readonly TableRow[],
  columnCount: number,
  columns: { readonly text: number; readonly textPair?: number; readonly label: number },
  source: string,
): LabelledRow[] {
  return rows.map(({ line, fields }) => {
    if (fields.length !== columnCount) {
      throw new DataError(`${source}, line ${line}: expected ${columnCount} columns, got ${fields.length}`)
    }
    const row = { text: fields[columns.text]!, label: fields[columns.label]!, line }
    return columns.textPair === undefined ? row : { ...row, textPair: fields[columns.textPair]! }
  })
}

/** `"a", "b" or "c"`; of a long list only the first few. */
function list(words: readonly string[], conjunction: 'and' | 'or'): string {
  const quoted = words.map((word) => JSON.stringify(word))
  if (quoted.length > 8) return `${quoted.slice(0, 8).join(', ')} … (${words.length} in all)`
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(` ${conjunction} `)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
