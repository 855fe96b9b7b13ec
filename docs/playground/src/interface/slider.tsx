import type { ReadonlySignal, Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

type SliderProps<Value> = {
  readonly label: string
  /** What it can be set to, from left to right. */
  readonly values: readonly Value[]
  /** How a value reads; default as text. */
  readonly format?: (value: Value) => string
} & (
  | { readonly value: Signal<Value>; readonly onChoose?: undefined }
  /** What choosing does, where it is more than setting the value. */
  | { readonly value: ReadonlySignal<Value>; readonly onChoose: (value: Value) => void }
)

/** Chooses one of several values in order, such as block sizes. */
export function Slider<Value>({ label, values, format = String, ...props }: SliderProps<Value>) {
  const id = useId()
  const { value } = props.value
  const text = format(value)
  const choose = (chosen: Value) => {
    if (props.onChoose) props.onChoose(chosen)
    else props.value.value = chosen
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={values.length - 1}
        step={1}
        value={values.indexOf(value)}
        aria-valuetext={text}
        onInput={(event) => choose(values[Number(event.currentTarget.value)]!)}
      />
      <output for={id}>{text}</output>
    </div>
  )
}
