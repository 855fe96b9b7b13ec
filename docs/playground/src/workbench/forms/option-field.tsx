import { SelectField, TextField } from '../../interface/field.js'
import type { ShownOption } from './method-text.js'

interface OptionFieldProps {
  readonly option: ShownOption
  readonly text: string | undefined
  readonly problem: string | undefined
  readonly onText: (text: string) => void
}

/** An option as its method describes it: by its name in the configuration, the paper's letter and its default. */
export function OptionField({ option, text, problem, onText }: OptionFieldProps) {
  const { name, syntax, defaultText } = option
  const { alias, doc, choices } = syntax
  const label = (
    <>
      <code>{alias ?? name}</code>
      {alias !== undefined && <span class="quiet"> {name}</span>}
    </>
  )
  const hint = defaultText === '' ? doc : `${doc}; default ${defaultText}`
  const shown = { label, hint, problem }
  if (choices) {
    const options = choices.map((choice) => ({ value: choice, label: choice }))
    return <SelectField {...shown} options={options} value={text ?? defaultText} onChoose={onText} />
  }
  return <TextField {...shown} text={text ?? defaultText} onText={onText} />
}
