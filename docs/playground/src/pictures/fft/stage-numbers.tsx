import { ScrollArea } from '../../interface/scroll-area.js'
import { complexAt } from '../complex.js'
import { formatComplex } from '../format.js'

/** Every number of the picture, for those who would rather read it. */
export function StageNumbers({ columns }: { readonly columns: readonly ArrayLike<number>[] }) {
  const rows = Array.from({ length: columns[0]!.length / 2 }, (_, row) => row)
  return (
    <details class="stage-numbers">
      <summary>The numbers of all stages</summary>
      <ScrollArea label="The numbers of all stages">
        <table>
          <thead>
            <tr>
              <th scope="col">row</th>
              {columns.map((_, stage) => (
                <th key={2 ** stage} scope="col">
                  {stage === 0 ? 'samples' : `length ${2 ** stage}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {columns.map((column, stage) => (
                  <td key={2 ** stage}>{formatComplex(complexAt(column, row))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </details>
  )
}
