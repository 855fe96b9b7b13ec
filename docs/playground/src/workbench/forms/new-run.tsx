import { useEffect, useRef } from 'preact/hooks'
import { findBrowserFacts } from '../backends/browser-facts.js'
import { kindOf, nameBackend, usualBackend } from '../backends/run-backends.js'
import { newRunHeading } from '../bench.js'
import type { BaseName, RunSettings } from '../contract.js'
import { pageAddress } from '../page-files.js'
import { useRefusal } from '../use-refusal.js'
import { BackendFields } from './backend-fields.js'
import type { RunInBackground } from './background.js'
import { DataFields } from './data-fields.js'
import { MethodFields } from './method-fields.js'
import './new-run.css'
import { useSignal } from '@preact/signals'
import { Notice } from '../../interface/notice.js'
import { RunCostsFields } from './run-costs.js'
import type { RunForm } from './run-form.js'
import { TargetFields } from './target-fields.js'
import { TrainingFields } from './training-fields.js'

interface NewRunProps {
  readonly form: RunForm
  readonly run: RunInBackground
  /** Runs that there are already. */
  readonly runCount: number
  /** Starts a run; gives the sentence that says why it could not. */
  readonly onStart: (settings: RunSettings) => string | undefined
}

/** Everything that decides a run, and the button that starts it. */
export function NewRun({ form, run, runCount, onStart }: NewRunProps) {
  const element = useRef<HTMLFormElement>(null)
  const refusal = useRefusal(runCount, form.settings.value)
  const baseProblem = useSignal<string | undefined>(undefined)
  useEffect(() => void findBackends(form), [form])
  const base = form.data.base.value
  useEffect(() => {
    readOutline(base, form, run).then(
      () => {
        baseProblem.value = undefined
      },
      (error: Error) => {
        baseProblem.value = `The base model could not be read: ${error.message}.`
      },
    )
  }, [base, form, run])

  const start = () => {
    const settings = form.settings.value
    refusal.value = settings ? onStart(settings) : (missing(form) ?? baseProblem.value)
    if (settings === undefined) element.current!.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }
  const backend = form.backend.value
  return (
    <form
      class="panel new-run"
      ref={element}
      aria-labelledby={newRunHeading}
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      <h3 id={newRunHeading} tabIndex={-1}>
        New run
      </h3>
      {baseProblem.value && <Notice kind="problem">{baseProblem.value}</Notice>}
      <div class="columns">
        <div class="column">
          <DataFields form={form.data} />
          <MethodFields form={form.method} problems={form.problems.value} />
          <TargetFields form={form.method} problem={form.problems.value.targets} />
        </div>
        <div class="column">
          <TrainingFields form={form} />
          <BackendFields form={form} />
          <div class="fields summary">
            <RunCostsFields form={form} run={run} />
            <p>
              {backend && (
                <>
                  This run will use <strong>{nameBackend(backend)}</strong>.
                </>
              )}
            </p>
            <button class="primary" type="submit">
              Start the run
            </button>
            {refusal.value && <Notice kind="problem">{refusal.value}</Notice>}
          </div>
        </div>
      </div>
    </form>
  )
}

/** Why there is nothing to start, in one sentence. */
function missing({ problems, data, browser }: RunForm): string | undefined {
  const [first] = Object.values(problems.value)
  if (first !== undefined) return `Nothing was started: ${first}`
  if (data.data.value === undefined)
    return `Nothing was started: ${data.ownTable.value?.problem ?? 'the data is still being read'}`
  return browser.value === undefined
    ? 'Nothing was started: the page is still looking at what this browser has.'
    : undefined
}

async function findBackends(form: RunForm): Promise<void> {
  const facts = await findBrowserFacts()
  form.backendKind.value ??= kindOf(usualBackend(facts))
  form.browser.value = facts
}

async function readOutline(base: BaseName, form: RunForm, run: RunInBackground): Promise<void> {
  if (form.outlines.peek()[base]) return
  const outline = await run('readOutline', base, pageAddress())
  form.outlines.value = { ...form.outlines.peek(), [base]: outline }
}
