import { DataError } from './data-error.js'

/** One row of a delimited file; `line` counts from 1 and is where the row begins. */
export interface DelimitedRow {
  readonly line: number
  readonly fields: readonly string[]
}

/** One object of a JSON Lines file; `line` counts from 1. */
export interface JsonRow {
  readonly line: number
  readonly value: { readonly [field: string]: unknown }
}

/**
 * Tab-separated values without quoting: a `"` is a literal character, as in GLUE's files. `source` names the file
 * in errors.
 */
export function readTsv(text: string, source: string): DelimitedRow[] {
  return lines(text, source).map((line, index) => ({ line: index + 1, fields: line.split('\t') }))
}

/**
 * Comma-separated values: a field in `"` may hold commas, line breaks and, doubled, `"`. A `"` inside a field
 * that does not begin with one is a literal character.
 *
 * @source RFC 4180, section 2.
 */
export function readCsv(text: string, source: string): DelimitedRow[] {
  const content = contentOf(text, source)
  const rows: DelimitedRow[] = []
  let at = 0
  let line = 1
  while (at < content.length) {
    const rowLine = line
    const fields: string[] = []
    for (;;) {
      const quoted = content[at] === '"'
      const end = quoted ? closingQuote(content, at) : fieldEnd(content, at)
      if (end < 0) throw new DataError(`${source}, line ${line}: a quote is opened and never closed`)
      const field = content.slice(quoted ? at + 1 : at, end)
      fields.push(quoted ? field.replaceAll('""', '"') : field)
      if (quoted) line += field.split('\n').length - 1
      at = quoted ? end + 1 : end
      if (content[at] !== ',') break
      at++
    }
    rows.push({ line: rowLine, fields })
    if (content.startsWith('\r\n', at)) at += 2
    else if (content[at] === '\n') at++
    else if (at < content.length) {
      throw new DataError(
        `${source}, line ${line}: expected a comma after a closing quote, got "${content[at]}"`,
      )
    }
    line++
  }
  return rows
}

/** One JSON object per line. */
export function readJsonLines(text: string, source: string): JsonRow[] {
  return lines(text, source).map((content, index) => {
    const line = index + 1
    let value: unknown
    try {
      value = JSON.parse(content)
    } catch {
      throw new DataError(`${source}, line ${line}: expected a JSON object, got ${excerpt(content)}`)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new DataError(`${source}, line ${line}: expected a JSON object, got ${excerpt(content)}`)
    }
    return { line, value: value as JsonRow['value'] }
  })
}

function lines(text: string, source: string): string[] {
  return contentOf(text, source)
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

/** The text without its byte-order mark and without blank lines at its end. */
function contentOf(text: string, source: string): string {
  const start = text.startsWith('\uFEFF') ? 1 : 0
  let end = text.length
  while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  if (end === start) throw new DataError(`${source}: the file is empty`)
  return text.slice(start, end)
}

/** Where the field that opens with the quote at `start` closes, or -1; doubled quotes do not close it. */
function closingQuote(content: string, start: number): number {
  let at = content.indexOf('"', start + 1)
  while (at >= 0 && content[at + 1] === '"') at = content.indexOf('"', at + 2)
  return at
}

function fieldEnd(content: string, start: number): number {
  let at = start
  while (at < content.length && content[at] !== ',' && content[at] !== '\n') {
    if (content[at] === '\r' && content[at + 1] === '\n') break
    at++
  }
  return at
}

function excerpt(content: string): string {
  return content === ''
    ? 'a blank line'
    : JSON.stringify(content.length > 40 ? `${content.slice(0, 40)}…` : content)
}
