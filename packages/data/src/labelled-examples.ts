import { DataError } from './data-error.js'
import { findColumn, labelIn, listOf, readTable, type Table, type TableFormat, textIn } from './table.js'
import type { ClassificationTask, RegressionTask, TextColumns } from './table-tasks.js'

/** A text, or two, with its class as an index, or its score. */
export interface Example {
  readonly text: string
  readonly textPair?: string
  readonly label: number
}

/** Examples, and what each label index stands for; scores have no labels. */
export interface LabelledExamples {
  readonly examples: Example[]
  readonly labels: readonly string[]
}

/** Texts whose labels are asked for, in the order of the table's rows. */
export interface UnlabelledTexts {
  readonly table: Table
  readonly texts: readonly Omit<Example, 'label'>[]
}

/** Where a table comes from. */
export interface TableSource {
  /** Names the file in errors. */
  readonly source: string
  readonly format: TableFormat
}

/**
 * The examples of one file. `labels` are those of the training file, for the other files of a task whose labels come
 * from data.
 */
export function readExamples(
  task: ClassificationTask | RegressionTask,
  text: string,
  { source, format }: TableSource,
  labels?: readonly string[],
): LabelledExamples {
  const table = readTable(text, source, { ...task, format })
  const texts = textsOf(table, task.columns)
  const column = findColumn(table, task.columns.label)
  const given = table.rows.map((row) => labelIn(row, column, source))
  const place = (index: number): string => `${source}, line ${table.rows[index]!.line}`
  if (task.kind === 'regression') {
    const examples = texts.map((example, i) => ({ ...example, label: scoreOf(given[i]!, task, place(i)) }))
    return { examples, labels: [] }
  }
  const classes = task.labels === 'from data' ? (labels ?? distinctLabels(given, source)) : task.labels
  const indices = new Map(classes.map((label, index) => [label, index]))
  const examples = texts.map((example, i) => {
    const index = indices.get(given[i]!)
    if (index === undefined) {
      throw new DataError(`${place(i)}: expected the label ${listOf(classes, 'or')}, got "${given[i]}"`)
    }
    return { ...example, label: index }
  })
  return { examples, labels: classes }
}

/**
 * The texts of a file that need not have labels. Where a task's files have no header, a file of one column holds
 * the texts alone, and CoLA's test file has a header of its own.
 */
export function readUnlabelled(
  task: ClassificationTask | RegressionTask,
  text: string,
  { source, format }: TableSource,
): UnlabelledTexts {
  if (task.header) {
    const table = readTable(text, source, { format, header: true })
    return { table, texts: textsOf(table, task.columns) }
  }
  const firstLine = text.slice(0, text.indexOf('\n')).replace(/\r$/, '').split('\t')
  const ownHeader = task.kind === 'classification' ? task.unlabelledText : undefined
  if (ownHeader !== undefined && firstLine.includes(ownHeader)) {
    const table = readTable(text, source, { format, header: true })
    return { table, texts: textsOf(table, { text: [ownHeader] }) }
  }
  const table = readTable(text, source, { format, header: false })
  const alone = table.columns?.length === 1 && task.columns.pair === undefined
  return { table, texts: textsOf(table, alone ? { text: ['1'] } : task.columns) }
}

function textsOf(table: Table, { text, pair }: TextColumns): Omit<Example, 'label'>[] {
  const first = findColumn(table, text)
  const second = pair && findColumn(table, pair)
  return table.rows.map((row) => {
    const example = { text: textIn(row, first, table.source) }
    return second === undefined ? example : { ...example, textPair: textIn(row, second, table.source) }
  })
}

function distinctLabels(given: readonly string[], source: string): readonly string[] {
  const labels = [...new Set(given)].sort()
  if (labels.length < 2) {
    throw new DataError(`${source}: expected at least two different labels, got only "${labels[0]}"`)
  }
  return labels
}

function scoreOf(label: string, { range }: RegressionTask, place: string): number {
  const score = label.trim() === '' ? Number.NaN : Number(label)
  const [least, most] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (!(Number.isFinite(score) && score >= least && score <= most)) {
    const expected = range ? `a score from ${least} to ${most}` : 'a number'
    throw new DataError(`${place}: expected ${expected}, got "${label}"`)
  }
  return score
}
