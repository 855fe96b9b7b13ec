import { useSignal, useSignalEffect } from '@preact/signals'
import { Notice } from '../../interface/notice.js'
import { approximately, exactly, inMebibytes, percent } from '../../interface/numbers.js'
import { Figure } from '../figure.js'
import type { RunInBackground } from './background.js'
import type { RunCosts } from './count-costs.js'
import type { RunForm } from './run-form.js'

/** As long as someone still types or drags, nothing is counted. */
const pause = 250

interface RunCostsFieldsProps {
  readonly form: RunForm
  readonly run: RunInBackground
}

/** What the chosen run would train and compute. */
export function RunCostsFields({ form, run }: RunCostsFieldsProps) {
  const costs = useSignal<RunCosts | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const counted = useSignal('')
  useSignalEffect(() => {
    const question = form.costQuestion.value
    // The same question again, since something changed that costs nothing.
    const key = JSON.stringify(question)
    if (question === undefined || key === counted.peek()) return
    let isCurrent = true
    const timer = setTimeout(async () => {
      const answer = await run('countCosts', question).catch((error: Error) => error)
      if (!isCurrent) return
      const failed = answer instanceof Error
      costs.value = failed ? undefined : answer
      problem.value = failed ? answer.message : undefined
      counted.value = key
    }, pause)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  })
  if (form.costQuestion.value === undefined) {
    return <p class="field-hint">What the run costs is counted as soon as everything fits together.</p>
  }
  if (problem.value !== undefined) return <Notice kind="problem">{problem.value}</Notice>
  if (costs.value === undefined) return <p class="field-hint">Counting what it costs …</p>
  const isBusy = JSON.stringify(form.costQuestion.value) !== counted.value
  return (
    <div class="costs" aria-busy={isBusy}>
      <Costs costs={costs.value} />
    </div>
  )
}

function Costs({ costs }: { readonly costs: RunCosts }) {
  if (costs.kind === 'undecided') {
    return (
      <p>
        At most <strong>{exactly(costs.budget)}</strong> numbers are trained: the gradients of the first
        batches decide which, and what that computes is counted once they have.
      </p>
    )
  }
  return (
    <dl class="figures">
      <Figure name="Trained">
        <strong>{exactly(costs.trainableParameters)}</strong> numbers,{' '}
        {percent(costs.trainableParameters / costs.modelParameters)} of the model's{' '}
        {exactly(costs.modelParameters)}
        {costs.headParameters > 0 && `, and ${exactly(costs.headParameters)} of a fresh head`}
      </Figure>
      <Figure name="FLOPs per token, forward">
        <strong>{approximately(costs.forwardFlopsPerToken)}</strong>
        {costs.adapterFlopsPerToken > 0 && (
          <> and {approximately(costs.adapterFlopsPerToken)} of the adapter</>
        )}
      </Figure>
      <Figure name="FLOPs per token, training">
        <strong>{approximately(costs.trainingFlopsPerToken)}</strong>
      </Figure>
      <Figure name="Memory, at least">
        <strong>{inMebibytes(costs.peakBytes)}</strong>
      </Figure>
    </dl>
  )
}
