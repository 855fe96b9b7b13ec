import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
  /** Why it cannot be chosen here. */
  readonly unavailable?: string
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly options: readonly Option<Value>[]
  readonly value: Signal<Value>
}

/** Chooses one of a few named things, all of them in sight. */
export function Choice<Value extends string>({ label, options, value }: ChoiceProps<Value>) {
  const name = useId()
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.unavailable}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value.value === option.value}
            disabled={option.unavailable !== undefined}
            onChange={() => {
              value.value = option.value
            }}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  )
}
