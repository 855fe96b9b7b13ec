import type { TableCell, TableColumn } from '@gyre/report'
import type { Row } from './run-case.js'

/** A table's columns and cells, for plain text and for Markdown. */
export interface Table {
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly TableCell[])[]
}

interface Column extends TableColumn {
  readonly cell: (row: Row) => TableCell
}

const always: readonly Column[] = [
  { title: 'case', cell: (row) => row.case },
  { title: 'system', cell: (row) => row.system },
  { title: 'threads', cell: (row) => row.threads },
  { title: 'min ms', digits: 3, cell: (row) => row.msMin },
  { title: 'median ms', digits: 3, cell: (row) => row.msMedian },
]

/** Left out where no row has them. */
const optional: readonly Column[] = [
  { title: 'first ms', digits: 0, cell: (row) => row.msFirst },
  { title: 'CPU ms', digits: 3, cell: (row) => row.msCpu },
  { title: 'ratio', digits: 2, cell: (row) => row.ratio },
  {
    title: 'spread',
    cell: ({ ratioLow, ratioHigh }) =>
      ratioLow === undefined ? undefined : `${ratioLow.toFixed(2)}–${ratioHigh!.toFixed(2)}`,
  },
  { title: '× gyre-gpu', digits: 3, cell: (row) => row.timesGyreGpu },
  { title: 'GFLOP/s', digits: 1, cell: (row) => row.gflops },
  { title: '% of peak', digits: 1, cell: ({ shareOfFlops }) => percent(shareOfFlops) },
  { title: 'GB/s', digits: 1, cell: (row) => row.gigabytesPerSecond },
  { title: '% of bandwidth', digits: 1, cell: ({ shareOfBandwidth }) => percent(shareOfBandwidth) },
  { title: '× floor', digits: 2, cell: (row) => row.timesFloor },
]

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share
}

/** A line for each system and number of threads of each case. */
export function tableOf(rows: readonly Row[]): Table {
  const counts = [...new Set(rows.flatMap(({ memory }) => Object.keys(memory ?? {})))]
  const columns = [
    ...always,
    ...optional.filter(({ cell }) => rows.some((row) => cell(row) !== undefined)),
    ...counts.map(
      (name): Column => ({ title: memoryTitles[name] ?? name, digits: 1, cell: (row) => row.memory?.[name] }),
    ),
  ]
  return { columns, rows: rows.map((row) => columns.map(({ cell }) => cell(row))) }
}

const memoryTitles: { readonly [name: string]: string } = {
  rss: 'RSS MB',
  peak: 'peak MB',
  growth: 'growth MB',
  wasm: 'wasm MB',
  used: 'used MB',
  arena: 'arena MB',
}
