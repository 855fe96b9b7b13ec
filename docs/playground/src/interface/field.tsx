import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import './field.css'

interface FieldProps {
  readonly label: ComponentChildren
  /** What it means, in a few words. */
  readonly hint?: ComponentChildren
  /** What is wrong with it, in one sentence. */
  readonly problem?: string
}

interface TextFieldProps extends FieldProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly inputMode?: 'text' | 'numeric' | 'decimal'
}

/** A line of text, or a number as text: what is wrong with it stands below. */
export function TextField({ label, hint, problem, text, onText, inputMode = 'text' }: TextFieldProps) {
  const id = useId()
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode={inputMode}
        value={text}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={describedBy(id, { hint, problem })}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <Remarks id={id} hint={hint} problem={problem} />
    </div>
  )
}

interface SelectFieldProps extends FieldProps {
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

/** One of several words. */
export function SelectField({ label, hint, problem, options, value, onChoose }: SelectFieldProps) {
  const id = useId()
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={describedBy(id, { hint, problem })}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Remarks id={id} hint={hint} problem={problem} />
    </div>
  )
}

function describedBy(id: string, { hint, problem }: Omit<FieldProps, 'label'>): string | undefined {
  const ids = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean)
  return ids.length > 0 ? ids.join(' ') : undefined
}

function Remarks({ id, hint, problem }: Omit<FieldProps, 'label'> & { readonly id: string }) {
  return (
    <>
      {problem && (
        <p id={`${id}-problem`} class="field-problem">
          {problem}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
    </>
  )
}
