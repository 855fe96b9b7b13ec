import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Notice } from '../../interface/notice.js'
import { percent } from '../../interface/numbers.js'
import type { Answer, Run } from '../contract.js'
import './ask-box.css'

/** What was asked, with what the model said to it. */
interface Answered {
  readonly text: string
  readonly answer: Answer
  readonly step: number
}

/** Tries the model on a sentence, as it is at that moment. */
export function AskBox({ run }: { readonly run: Run }) {
  const id = useId()
  const facts = run.facts.value
  const isText = facts?.kind === 'language-model' || facts?.kind === 'instruct'
  const typed = useSignal<string | undefined>(undefined)
  const answered = useSignal<Answered | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const isAsking = useSignal(false)
  if (facts === undefined || run.status.value === 'failed') return undefined
  const text =
    typed.value ?? (isText ? 'The whale' : 'We must secure peace, and reduce the tax on every family.')

  const ask = async () => {
    isAsking.value = true
    problem.value = undefined
    try {
      const answer = await run.ask(text)
      answered.value = { text, answer, step: run.steps.value.at(-1)?.step ?? 0 }
    } catch (error) {
      problem.value = (error as Error).message
    } finally {
      isAsking.value = false
    }
  }
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isAsking.value) void ask()
      }}
    >
      <label for={id}>{isText ? 'Try it: a beginning to continue' : 'Try it: a text to classify'}</label>
      <div class="ask-line">
        <input
          id={id}
          type="text"
          value={text}
          onInput={(event) => {
            typed.value = event.currentTarget.value
          }}
        />
        <button type="submit" aria-busy={isAsking.value}>
          {isAsking.value ? 'Asking …' : 'Ask'}
        </button>
      </div>
      {problem.value && <Notice kind="problem">{problem.value}</Notice>}
      <div role="status">{answered.value && <Said {...answered.value} />}</div>
    </form>
  )
}

function Said({ text, answer, step }: Answered) {
  const when = step > 0 && <p class="field-hint">after step {step}</p>
  if (answer.kind === 'text') {
    return (
      <>
        <blockquote>
          {text}
          <mark>{answer.text}</mark>
        </blockquote>
        {when}
      </>
    )
  }
  if (answer.kind === 'number') {
    return (
      <>
        <p>
          <strong>{answer.value.toFixed(3)}</strong>
        </p>
        {when}
      </>
    )
  }
  return (
    <>
      <dl class="probabilities">
        {answer.probabilities.map(({ label, probability }) => (
          <div key={label}>
            <dt title={label}>{label}</dt>
            <dd>
              <span class="bar" style={`inline-size: ${100 * probability}%`} />
            </dd>
            <dd>{percent(probability)}</dd>
          </div>
        ))}
      </dl>
      {when}
    </>
  )
}
