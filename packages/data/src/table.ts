import { DataError } from './data-error.js'
import { readCsv, readJsonLines, readTsv } from './delimited.js'

export const tableFormats = ['tsv', 'csv', 'jsonl'] as const
export type TableFormat = (typeof tableFormats)[number]

/** The format that the ending of a file's name says; undefined for any other. */
export function formatByEnding(file: string): TableFormat | undefined {
  return tableFormats.find((format) => file.toLowerCase().endsWith(`.${format}`))
}

/** One row of a table; `line` counts from 1 and is where the row begins. */
export interface TableRow {
  readonly line: number
  /** Strings, but in JSON Lines any values. */
  readonly values: ReadonlyMap<string, unknown>
}

export interface Table {
  /** The file, in errors. */
  readonly source: string
  readonly format: TableFormat
  /** Undefined for JSON Lines, whose rows each have fields of their own. */
  readonly columns: readonly string[] | undefined
  readonly rows: readonly TableRow[]
}

export interface TableOptions {
  readonly format: TableFormat
  /** Without a header the columns are named `1`, `2`, … */
  readonly header: boolean
  /** How many columns a table without a header has; otherwise as many as its first row. */
  readonly columnCount?: number
}

/** Reads a table. Throws a `DataError` that names the line where a row has another number of columns. */
export function readTable(
  text: string,
  source: string,
  { format, header, columnCount }: TableOptions,
): Table {
  if (format === 'jsonl') {
    const rows = readJsonLines(text, source).map(({ line, value }) => ({
      line,
      values: new Map(Object.entries(value)),
    }))
    return { source, format, columns: undefined, rows }
  }
  const all = format === 'tsv' ? readTsv(text, source) : readCsv(text, source)
  // Blanks around the fields of a CSV file are not meant.
  const fieldsOf = ({ fields }: { readonly fields: readonly string[] }): readonly string[] =>
    format === 'csv' ? fields.map((field) => field.trim()) : fields
  const first = all[0]!
  const columns = header
    ? fieldsOf(first)
    : Array.from({ length: columnCount ?? first.fields.length }, (_, index) => String(index + 1))
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new DataError(`${source}, line ${first.line}: the header has the column "${repeated}" twice`)
  }
  const below = header ? all.slice(1) : all
  if (below.length === 0) throw new DataError(`${source}: the file has a header and no rows`)
  const rows = below.map((row) => {
    const fields = fieldsOf(row)
    if (fields.length !== columns.length) {
      throw new DataError(
        `${source}, line ${row.line}: expected ${columns.length} columns, got ${fields.length}`,
      )
    }
    return { line: row.line, values: new Map(columns.map((name, index) => [name, fields[index]!])) }
  })
  return { source, format, columns, rows }
}

/** The first of the candidates that a table has as a column; for JSON Lines, that its first row has. */
export function findColumn({ source, columns, rows }: Table, candidates: readonly string[]): string {
  if (columns === undefined) {
    return candidates.find((name) => rows[0]!.values.has(name)) ?? candidates[0]!
  }
  const name = candidates.find((candidate) => columns.includes(candidate))
  if (name === undefined) {
    throw new DataError(
      `${source}, line 1: expected a column ${listOf(candidates, 'or')}, found ${listOf(columns, 'and')}`,
    )
  }
  return name
}

/** A column's text in a row. */
export function textIn({ line, values }: TableRow, column: string, source: string): string {
  const value = values.get(column)
  if (typeof value === 'string') return value
  throw new DataError(`${source}, line ${line}: expected a string as "${column}", got ${kindOf(value)}`)
}

/** A column's text or number in a row, as text. */
export function labelIn({ line, values }: TableRow, column: string, source: string): string {
  const value = values.get(column)
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new DataError(
    `${source}, line ${line}: expected a string or a number as "${column}", got ${kindOf(value)}`,
  )
}

/** `"a", "b" or "c"`; of a long list only the first few. */
export function listOf(words: readonly string[], conjunction: 'and' | 'or'): string {
  const quoted = words.map((word) => JSON.stringify(word))
  if (quoted.length > 8) return `${quoted.slice(0, 8).join(', ')} … (${words.length} in all)`
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(` ${conjunction} `)
}

/** `an array`, for errors. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
