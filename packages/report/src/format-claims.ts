import type { ClaimRow } from './paper-claims.js'
import { renderMarkdownTable, renderTable, type TableCell, type TableColumn } from './table.js'

interface ClaimColumn extends TableColumn {
  readonly cell: (row: ClaimRow) => TableCell
}

const columns: readonly ClaimColumn[] = [
  { title: 'what is counted', cell: ({ convention }) => convention },
  { title: 'model', cell: ({ model }) => model },
  { title: 'other method', cell: ({ other }) => other },
  { title: 'its count', cell: ({ otherCount }) => otherCount },
  { title: 'BCA', cell: ({ bca }) => bca },
  { title: 'count', cell: ({ bcaCount }) => bcaCount },
  { title: 'ratio', digits: 2, cell: ({ ratio }) => ratio },
  { title: 'holds', cell: ({ holds }) => (holds ? 'yes' : 'no') },
]

/** A table for each of the claims, as plain text or as Markdown. */
export function formatClaims(claims: readonly ClaimRow[], { markdown = false } = {}): string {
  const titles = [...new Set(claims.map(({ claim }) => claim))]
  const render = markdown ? renderMarkdownTable : renderTable
  return titles
    .map((title) => {
      const rows = claims.filter(({ claim }) => claim === title)
      const table = render(
        columns,
        rows.map((row) => columns.map(({ cell }) => cell(row))),
      )
      return `${markdown ? '## ' : ''}${title}\n\n${table}\n`
    })
    .join('\n')
}
