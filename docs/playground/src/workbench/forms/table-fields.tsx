import type { NamedColumns } from '@gyre/data'
import { SelectField } from '../../interface/field.js'
import { Notice } from '../../interface/notice.js'
import { exactly } from '../../interface/numbers.js'
import { ScrollArea } from '../../interface/scroll-area.js'
import type { DataForm, OwnTable } from './data-form.js'
import './table-fields.css'

interface TableFieldsProps {
  readonly form: DataForm
  readonly table: OwnTable
}

/** The first rows of a visitor's table, and which of its columns are meant. */
export function TableFields({ form, table }: TableFieldsProps) {
  const { file, header, outline, columns, classes, problem } = table
  const named = outline.columns.map((name) => ({ value: name, label: header ? name : `column ${name}` }))
  const choose = (chosen: Partial<NamedColumns>) => void form.setColumns({ ...columns, ...chosen })
  return (
    <div class="fields">
      {!file.fileName.toLowerCase().endsWith('.jsonl') && (
        <label class="check">
          <input
            type="checkbox"
            checked={header}
            onChange={(event) => void form.setHeader(event.currentTarget.checked)}
          />
          The first line names the columns
        </label>
      )}
      <div class="field-grid">
        <SelectField
          label="Text"
          options={named}
          value={columns.text ?? ''}
          onChoose={(text) => choose({ text })}
        />
        <SelectField
          label="Second text"
          options={[{ value: '', label: 'none' }, ...named]}
          value={columns.pair ?? ''}
          onChoose={(pair) => choose({ pair: pair || undefined })}
        />
        <SelectField
          label="Class"
          options={named}
          value={columns.label ?? ''}
          onChoose={(label) => choose({ label })}
        />
      </div>
      <Preview table={table} />
      {problem && <Notice kind="problem">{problem}</Notice>}
      {classes && (
        <p class="field-hint">
          {classes.length} classes: {shownClasses(classes)}. Every tenth row is held out.
        </p>
      )}
    </div>
  )
}

function Preview({ table: { outline, columns, header } }: { readonly table: OwnTable }) {
  const roles = new Map([
    [columns.text, 'text'],
    [columns.pair, 'second text'],
    [columns.label, 'class'],
  ])
  const { firstRows, rowCount } = outline
  return (
    <ScrollArea label="The first rows">
      <table class="preview">
        <caption>
          {firstRows.length < rowCount
            ? `The first ${firstRows.length} of ${exactly(rowCount)} rows`
            : `All ${rowCount} rows`}
        </caption>
        <thead>
          <tr>
            {outline.columns.map((name) => (
              <th key={name} scope="col">
                {header ? name : `column ${name}`}
                {roles.has(name) && <span class="role">{roles.get(name)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {firstRows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={outline.columns[column]} title={cell}>
                  <span>{cell}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}

const mostShown = 8

function shownClasses(classes: NonNullable<OwnTable['classes']>): string {
  const words = classes.slice(0, mostShown).map(({ label, count }) => `${label} (${exactly(count)})`)
  return words.join(', ') + (classes.length > mostShown ? ', …' : '')
}
