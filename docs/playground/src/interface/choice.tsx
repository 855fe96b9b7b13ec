import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import './choice.css'

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
  /** What it is, where the label does not say it all. */
  readonly detail?: string
  /** Why it cannot be chosen here. */
  readonly unavailable?: string
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly options: readonly Option<Value>[]
  /** Undefined until one is chosen. */
  readonly value: Signal<Value | undefined>
  /** What choosing does, where it is more than setting the value. */
  readonly onChoose?: (value: Value) => void
}

/** Chooses one of a few named things, all of them in sight, and what is known of them, too. */
export function Choice<Value extends string>({ label, options, value, onChoose }: ChoiceProps<Value>) {
  const name = useId()
  const isDetailed = options.some(({ detail }) => detail !== undefined)
  return (
    <fieldset class={isDetailed ? 'choice detailed' : 'choice'}>
      <legend>{label}</legend>
      {options.map((option) => {
        const remark = remarkOf(option)
        const remarkId = `${name}-${option.value}`
        return (
          <div key={option.value} class="option">
            <label>
              <input
                type="radio"
                name={name}
                value={option.value}
                checked={value.value === option.value}
                disabled={option.unavailable !== undefined}
                aria-describedby={remark === undefined ? undefined : remarkId}
                onChange={() => {
                  if (onChoose) onChoose(option.value)
                  else value.value = option.value
                }}
              />
              {option.label}
            </label>
            {remark && (
              <span id={remarkId} class="remark-of-option">
                {remark}
              </span>
            )}
          </div>
        )
      })}
    </fieldset>
  )
}

function remarkOf<Value extends string>({ detail, unavailable }: Option<Value>): string | undefined {
  if (unavailable === undefined) return detail
  return detail === undefined ? unavailable : `${detail} Not here. ${unavailable}`
}
