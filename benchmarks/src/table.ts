import { renderTable, type TableCell } from '@gyre/report'
import type { Row } from './run-case.js'

/** A line for each system and number of threads of each case. */
export function tableOf(rows: readonly Row[]): string {
  const hasFloor = rows.some(({ timesFloor }) => timesFloor !== undefined)
  return renderTable(
    [
      { title: 'case' },
      { title: 'system' },
      { title: 'threads' },
      { title: 'min ms', digits: 3 },
      { title: 'median ms', digits: 3 },
      { title: 'CPU ms', digits: 3 },
      { title: '× gyre', digits: 2 },
      { title: 'spread' },
      { title: 'GFLOP/s', digits: 1 },
      ...(hasFloor ? [{ title: '× floor', digits: 2 }] : []),
    ],
    rows.map((row): TableCell[] => [
      row.case,
      row.system,
      row.threads,
      row.msMin,
      row.msMedian,
      row.msCpu,
      row.ratio,
      `${row.ratioLow.toFixed(2)}–${row.ratioHigh.toFixed(2)}`,
      row.gflops,
      ...(hasFloor ? [row.timesFloor] : []),
    ]),
  )
}
