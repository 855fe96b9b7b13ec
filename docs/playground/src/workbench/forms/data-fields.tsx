import { Choice, type Option } from '../../interface/choice.js'
import { FileDrop } from '../../interface/file-drop.js'
import { Notice } from '../../interface/notice.js'
import { exactly } from '../../interface/numbers.js'
import type { DataForm, DataSource } from './data-form.js'
import { TableFields } from './table-fields.js'

const builtIn: readonly Option<DataSource>[] = [
  {
    value: 'moby-dick',
    label: 'Moby-Dick',
    detail: 'The novel. A decoder that knows only speeches learns to continue it.',
  },
  {
    value: 'speeches',
    label: 'Speeches',
    detail: 'State of the Union addresses, which the decoder was pre-trained on.',
  },
  {
    value: 'era',
    label: 'Era of a speech',
    detail: 'Four classes: from 48 words, an encoder tells when they were spoken.',
  },
]

/** What is trained on. */
export function DataFields({ form }: { readonly form: DataForm }) {
  const own = form.ownText.value ?? form.ownTable.value?.file
  const options =
    own === undefined
      ? builtIn
      : [...builtIn, { value: 'own' as const, label: 'Your file', detail: ownDetail(form, own.fileName) }]
  return (
    <div class="fields">
      <Choice label="Data" options={options} value={form.source} />
      <FileDrop
        label={form.isReading.value ? 'Reading …' : 'Your own file …'}
        hint="or drop it here: a text (.txt) for the decoder, a table (.tsv, .csv, .jsonl) with classes for the encoder"
        accept=".txt,.tsv,.csv,.jsonl"
        onFiles={(files) => void form.take(files)}
      />
      {form.refusal.value && <Notice kind="problem">{form.refusal.value}</Notice>}
      {form.source.value === 'own' && form.ownTable.value && (
        <TableFields form={form} table={form.ownTable.value} />
      )}
    </div>
  )
}

function ownDetail({ ownText, ownTable }: DataForm, fileName: string): string {
  const characters = ownText.value?.text.length
  if (characters !== undefined) return `${fileName}: ${exactly(characters)} characters for the decoder`
  return `${fileName}: ${exactly(ownTable.value!.outline.rowCount)} rows for the encoder`
}
