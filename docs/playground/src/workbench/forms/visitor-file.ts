import {
  DataError,
  decodeUtf8,
  formatByEnding,
  type NamedColumns,
  readExamples,
  readTable,
  tableTasks,
  withColumns,
} from '@gyre/data'

/** A file of the visitor's that can be trained on. */
export type VisitorFile =
  | { readonly kind: 'text'; readonly fileName: string; readonly text: string }
  | { readonly kind: 'table'; readonly fileName: string; readonly text: string }

/** A table as it is read with a header or without. */
export interface TableOutline {
  /** Without a header they are called `1`, `2`, … */
  readonly columns: readonly string[]
  readonly rowCount: number
  /** The first rows, a cell for each column. */
  readonly firstRows: readonly (readonly string[])[]
  /** Which columns hold the text and the class, as far as one can tell. */
  readonly guess: NamedColumns
}

/** How many examples there are of each class. */
export interface ClassCount {
  readonly label: string
  readonly count: number
}

const expectedFile = 'expected a text (.txt) or a table (.tsv, .csv or .jsonl) in UTF-8'
const mostBytes = 20_000_000
const shownRows = 5
const mostLabels = 100

/** What a file is, by the ending of its name and its bytes; a `DataError` where it is neither text nor a table. */
export function readVisitorFile(fileName: string, bytes: Uint8Array): VisitorFile {
  const format = formatByEnding(fileName)
  const isText = /\.txt$/i.test(fileName)
  if (format === undefined && !isText)
    throw new DataError(`${fileName}: ${expectedFile}, got ${endingOf(fileName)}`)
  if (bytes.length === 0) throw new DataError(`${fileName}: ${expectedFile}, got an empty file`)
  if (bytes.length > mostBytes) {
    throw new DataError(`${fileName}: expected at most 20 MB, got ${(bytes.length / 1e6).toFixed(1)} MB`)
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new DataError(`${fileName}: ${expectedFile}, got UTF-16`)
  }
  if (bytes.includes(0)) throw new DataError(`${fileName}: ${expectedFile}, got binary data`)
  const text = decodeUtf8(bytes, fileName)
  if (text.trim() === '') throw new DataError(`${fileName}: ${expectedFile}, got nothing but blanks`)
  if (format === undefined) return { kind: 'text', fileName, text }
  readTable(text, fileName, { format, header: false })
  return { kind: 'table', fileName, text }
}

/** The columns and first rows of a table. */
export function outlineTable(fileName: string, text: string, header: boolean): TableOutline {
  const table = readTable(text, fileName, { format: formatByEnding(fileName)!, header })
  const columns = table.columns ?? [
    ...new Set(table.rows.slice(0, 100).flatMap(({ values }) => [...values.keys()])),
  ]
  const rows = table.rows.slice(0, 200).map((row) => columns.map((name) => textOf(row.values.get(name))))
  return {
    columns,
    rowCount: table.rows.length,
    firstRows: rows.slice(0, shownRows),
    guess: guessColumns(columns, rows),
  }
}

/** Reads a table as a training on classes reads it: the classes, or a `DataError` that names the line. */
export function countClasses(fileName: string, text: string, columns: NamedColumns): ClassCount[] {
  const task = withColumns(tableTasks.classify, columns)
  const { examples, labels } = readExamples(task, text, {
    source: fileName,
    format: formatByEnding(fileName)!,
  })
  if (labels.length > mostLabels) {
    throw new DataError(
      `${fileName}: expected at most ${mostLabels} classes, got ${labels.length} different values in the column "${columns.label}"`,
    )
  }
  const counts = new Array<number>(labels.length).fill(0)
  for (const { label } of examples) counts[label]!++
  return labels.map((label, index) => ({ label, count: counts[index]! }))
}

/** Whether the first line of a table seems to name its columns: it has a name that the tasks know, or no long text. */
export function seemsToHaveHeader(fileName: string, text: string): boolean {
  const format = formatByEnding(fileName)!
  if (format === 'jsonl') return true
  const { firstRows } = outlineTable(fileName, text, false)
  const first = firstRows[0]!
  const known: readonly string[] = [...tableTasks.classify.columns.text, ...tableTasks.classify.columns.label]
  return first.some((name) => known.includes(name)) || (firstRows.length > 1 && first.every(isName))
}

function isName(cell: string): boolean {
  return (
    cell.trim() !== '' && cell.length <= 30 && cell.trim().split(/\s+/).length <= 3 && !/^[\d.]+$/.test(cell)
  )
}

/** The names that the task knows; otherwise the longest texts, and of the others the column with the fewest values. */
function guessColumns(columns: readonly string[], rows: readonly (readonly string[])[]): NamedColumns {
  const { text: texts, label: labels } = tableTasks.classify.columns
  const known = (names: readonly string[]): string | undefined => names.find((name) => columns.includes(name))
  const best = (
    names: readonly string[],
    score: (cells: readonly string[]) => number,
  ): string | undefined => {
    const scores = names.map((name) => score(rows.map((row) => row[columns.indexOf(name)]!)))
    return names[scores.indexOf(Math.max(...scores))]
  }
  const text =
    known(texts) ??
    best(
      columns.filter((name) => name !== known(labels)),
      (cells) => cells.reduce((sum, cell) => sum + cell.length, 0),
    )
  const others = columns.filter((name) => name !== text)
  return { text, label: known(labels) ?? best(others, (cells) => -new Set(cells).size) }
}

function endingOf(fileName: string): string {
  const ending = /\.[^.\s]{1,12}$/.exec(fileName)?.[0]
  return ending === undefined ? 'a file without an ending' : `a file that ends with ${ending}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}
