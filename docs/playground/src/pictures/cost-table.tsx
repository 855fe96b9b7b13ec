import './cost-table.css'
import { exactly } from '../interface/numbers.js'

interface CostTableProps {
  readonly caption: string
  /** What is counted, such as `FLOPs`. */
  readonly columns: readonly string[]
  readonly rows: readonly { readonly label: string; readonly values: readonly number[] }[]
}

/** Counts side by side, each with a bar as long as the count is large. */
export function CostTable({ caption, columns, rows }: CostTableProps) {
  const largest = columns.map((_, column) => Math.max(...rows.map(({ values }) => values[column]!)))
  return (
    <table class="cost-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <td />
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, values }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {values.map((value, column) => (
              <td key={columns[column]}>
                {exactly(value)}
                <div class="bar" style={{ inlineSize: `${(100 * value) / largest[column]!}%` }} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
