import { approximately, exactly, inMebibytes, percent } from '../../interface/numbers.js'
import type { Run } from '../contract.js'
import { Figure } from '../figure.js'
import { measureName, recentLoss, tokensPerSecond } from './run-words.js'

/** What matters of a run while it goes on, in numbers; the rest stands in the comparison. */
export function RunFigures({ run }: { readonly run: Run }) {
  const facts = run.facts.value
  const steps = run.steps.value
  const last = steps.at(-1)
  const speed = tokensPerSecond(steps)
  const held = run.measured.value.at(-1)
  return (
    <dl class="figures">
      {last && <Figure name="Loss, last 10 steps">{recentLoss(steps)!.toFixed(3)}</Figure>}
      {speed !== undefined && <Figure name="Tokens per second">{exactly(speed)}</Figure>}
      {last && last.backendBytes > 0 && <Figure name="Memory">{inMebibytes(last.backendBytes)}</Figure>}
      {held &&
        Object.entries(held.measures).map(([name, value]) => (
          <Figure key={name} name={`Held out: ${measureName(name)}`}>
            {value.toFixed(3)}
            <span class="quiet"> {held.complete ? 'on all of it' : `on a part, step ${held.step}`}</span>
          </Figure>
        ))}
      {facts && (
        <>
          <Figure name="Trained">
            {exactly(facts.trainableParameters)}{' '}
            <span class="quiet">{percent(facts.trainableParameters / facts.modelParameters)}</span>
          </Figure>
          <Figure name="FLOPs per token, training">{approximately(facts.trainingFlopsPerToken)}</Figure>
          <Figure name="Computed on">{facts.backend}</Figure>
        </>
      )}
    </dl>
  )
}
