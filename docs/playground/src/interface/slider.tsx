import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

interface SliderProps<Value> {
  readonly label: string
  /** What it can be set to, from left to right. */
  readonly values: readonly Value[]
  readonly value: Signal<Value>
  /** How a value reads; default as text. */
  readonly format?: (value: Value) => string
}

/** Chooses one of several values in order, such as block sizes. */
export function Slider<Value>({ label, values, value, format = String }: SliderProps<Value>) {
  const id = useId()
  const text = format(value.value)
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={values.length - 1}
        step={1}
        value={values.indexOf(value.value)}
        aria-valuetext={text}
        onInput={(event) => {
          value.value = values[Number(event.currentTarget.value)]!
        }}
      />
      <output for={id}>{text}</output>
    </div>
  )
}
