/** A column of a table. */
export interface TableColumn {
  readonly title: string
  /** Decimals of its numbers. Default 0. */
  readonly digits?: number
  /** Whether it is aligned at the right. Default: whether it holds nothing but numbers. */
  readonly numeric?: boolean
}

/** Numbers are written with thousands separators; undefined is a dash. */
export type TableCell = string | number | undefined

/** A table in plain text, columns two spaces apart. Columns of numbers are aligned at the right. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): string {
  const { titles, cells, numeric } = format(columns, rows, plainText)
  const widths = widthsOf(titles, cells)
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (numeric[i] ? padStart(text, widths[i]!) : padEnd(text, widths[i]!)))
      .join('  ')
      .trimEnd()
  return [titles, widths.map((width) => '─'.repeat(width)), ...cells].map(line).join('\n')
}

/** The same table in Markdown (GitHub's), readable as text too. Markup in the cells is inert. */
export function renderMarkdownTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): string {
  const { titles, cells, numeric } = format(columns, rows, markdownText)
  const widths = widthsOf(titles, cells).map((width) => Math.max(width, 3))
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`
  const rule = widths.map((width, i) => (numeric[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  const padded = (texts: readonly string[]): string[] =>
    texts.map((text, i) => (numeric[i] ? padStart(text, widths[i]!) : padEnd(text, widths[i]!)))
  return [line(padded(titles)), line(rule), ...cells.map((row) => line(padded(row)))].join('\n')
}

/** A number as people write it: `1,234,567.9`. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** `40 s`, `12 min`, `3 h 20 min` */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Titles and cells as text, and which columns hold nothing but numbers. */
function format(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  clean: (text: string) => string,
) {
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns.length) {
      throw new RangeError(
        `renderTable: row ${index} has ${row.length} cells; expected one for each of ${columns.length} columns`,
      )
    }
  }
  const cells = rows.map((row) =>
    row.map((cell, i) => {
      if (cell === undefined) return '–'
      return typeof cell === 'number' ? formatNumber(cell, columns[i]!.digits) : clean(cell)
    }),
  )
  const numeric = columns.map((column, i) => {
    if (column.numeric !== undefined) return column.numeric
    const cells = rows.map((row) => row[i])
    return cells.some((cell) => typeof cell === 'number') && !cells.some((cell) => typeof cell === 'string')
  })
  return { titles: columns.map(({ title }) => clean(title)), cells, numeric }
}

/** The text without line breaks, and without the control characters that would steer a terminal. */
export function plainText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '\uFFFD')
}

/** The text on one line, its markup escaped. */
export function markdownText(text: string): string {
  return plainText(text).replace(/[\\`*_[\]<>|&~]/g, '\\$&')
}

function widthsOf(titles: readonly string[], cells: readonly (readonly string[])[]): number[] {
  return titles.map((title, i) => Math.max(...[title, ...cells.map((row) => row[i]!)].map(lengthOf)))
}

/** Characters, of which a letter outside the basic plane is one. */
function lengthOf(text: string): number {
  return [...text].length
}

function padStart(text: string, width: number): string {
  return ' '.repeat(width - lengthOf(text)) + text
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(width - lengthOf(text))
}
