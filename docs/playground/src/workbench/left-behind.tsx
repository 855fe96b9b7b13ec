import { Notice } from '../interface/notice.js'
import { type BrowserFacts, kindOf, offerBackends, usualBackend } from './backends/run-backends.js'
import type { Bench } from './bench.js'
import type { RunBackend, SavedRun } from './contract.js'
import { nameData } from './runs/run-words.js'
import { useRefusal } from './use-refusal.js'

interface LeftBehindProps {
  readonly bench: Bench
  readonly browser: BrowserFacts | undefined
}

/** Runs of a page that was closed: each can go on, or be forgotten. */
export function LeftBehind({ bench, browser }: LeftBehindProps) {
  const refusal = useRefusal(bench.runs.value.length)
  const saved = bench.saved.value
  if (saved.length === 0) return undefined
  return (
    <section class="panel left-behind" aria-labelledby="left-behind-title">
      <h3 id="left-behind-title">From your last visit</h3>
      <ul>
        {saved.map((run) => (
          <li key={run.id}>
            <span>
              <code>{run.settings.method}</code>, {nameData(run.settings.data)}: {where(run)}
            </span>
            <span class="buttons">
              <button
                type="button"
                disabled={browser === undefined}
                onClick={() => {
                  refusal.value = bench.restore(run, browser && backendFor(run, browser))
                }}
              >
                {run.step < run.settings.steps ? 'Go on' : 'Open it'}
              </button>
              <button type="button" onClick={() => void bench.forget(run)}>
                Forget it
              </button>
            </span>
          </li>
        ))}
      </ul>
      {refusal.value && <Notice kind="problem">{refusal.value}</Notice>}
    </section>
  )
}

function where({ step, settings: { steps } }: SavedRun): string {
  if (step === 0) return 'not yet begun'
  return step < steps ? `saved at step ${step} of ${steps}` : `trained for all ${steps} steps`
}

/** Its own, or where that cannot be had any more the one that is usual here. */
function backendFor({ settings: { backend } }: SavedRun, browser: BrowserFacts): RunBackend {
  const offer = offerBackends(browser).find(({ kind }) => kind === kindOf(backend))!
  return offer.unavailable === undefined ? backend : usualBackend(browser)
}
