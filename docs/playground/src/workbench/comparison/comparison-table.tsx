import { ScrollArea } from '../../interface/scroll-area.js'

import { comparisonRows } from './comparison-rows.js'
import { RunName } from './run-name.js'
import type { RunSnapshot } from './run-snapshot.js'

interface ComparisonTableProps {
  readonly runs: readonly RunSnapshot[]
  readonly names: readonly string[]
}

/** What the runs are, cost and reach, a column for each. */
export function ComparisonTable({ runs, names }: ComparisonTableProps) {
  return (
    <ScrollArea label="What the runs are, cost and reach">
      <table class="comparison-table">
        <thead>
          <tr>
            <td />
            {runs.map((run, i) => (
              <th key={run.id} scope="col">
                <RunName series={run.series} name={names[i]!} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {comparisonRows(runs).map(({ title, cells }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {cells.map((cell, i) => (
                <td key={runs[i]!.id}>{cell ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}
