import type { Interval } from '../statistics.js'
import { formatNumber, markdownText, plainText, renderMarkdownTable, renderTable } from '../table.js'
import type { ReportCell, ReportColumn, ReportTable, ResultsReport } from './results-report.js'

/** The report as plain text: what came out, and the tables. */
export function formatResults(report: ResultsReport): string {
  return compose(report, {
    heading: (_level, text) => text,
    item: (text) => text,
    clean: plainText,
    table: renderTable,
  })
}

/** The report as Markdown. Markup in names and values is inert. */
export function resultsMarkdown(report: ResultsReport): string {
  const text = compose(report, {
    heading: (level, text) => `${'#'.repeat(level)} ${text}`,
    item: (text) => `- ${text}`,
    clean: markdownText,
    table: renderMarkdownTable,
  })
  return `${text}\n`
}

/** How a form of text writes the parts. */
interface Form {
  readonly heading: (level: number, text: string) => string
  readonly item: (text: string) => string
  readonly clean: (text: string) => string
  readonly table: typeof renderTable
}

function compose({ title, summary, sections }: ResultsReport, form: Form): string {
  const { heading, item, clean } = form
  const parts = sections.length > 2 ? [heading(1, clean(title))] : []
  for (const section of sections) {
    parts.push(heading(2, clean(section.title)))
    const sentences = summary.find((each) => each.section === section.id)?.sentences ?? []
    if (sentences.length > 0) parts.push(sentences.map((sentence) => item(clean(sentence))).join('\n'))
    parts.push(...section.paragraphs.map(clean))
    for (const table of section.tables) {
      parts.push(heading(3, clean(table.title)), tableText(table, form))
      if (table.note) parts.push(clean(table.note))
    }
  }
  return parts.join('\n\n')
}

function tableText({ columns, rows }: ReportTable, { table }: Form): string {
  return table(
    columns.map(({ title }, i) => ({ title, numeric: isNumeric(rows.map((row) => row[i])) })),
    rows.map((row) => row.map((cell, i) => cellText(cell, columns[i]!))),
  )
}

/** Whether a column holds numbers, and is written from the right. */
export function isNumeric(cells: readonly ReportCell[]): boolean {
  const there = cells.filter((cell) => cell !== undefined)
  return there.length > 0 && there.every((cell) => typeof cell !== 'string')
}

/** A cell as people read it; undefined where it is empty. */
export function cellText(cell: ReportCell, { format = formatNumber }: ReportColumn): string | undefined {
  if (cell === undefined || typeof cell === 'string') return cell
  if (typeof cell === 'number') return Number.isFinite(cell) ? format(cell) : 'no number'
  return intervalText(cell, format)
}

function intervalText({ mean, halfWidth }: Interval, format: (value: number) => string): string {
  // Counts are the same in all runs.
  return halfWidth === undefined || halfWidth === 0 ? format(mean) : `${format(mean)} ± ${format(halfWidth)}`
}
