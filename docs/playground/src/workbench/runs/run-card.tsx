import { useSignal } from '@preact/signals'
import { Notice } from '../../interface/notice.js'
import { SeriesSwatch, styleOfSeries } from '../../interface/series.js'
import type { BrowserFacts } from '../backends/run-backends.js'
import type { Bench } from '../bench.js'
import { headingOf } from '../bench.js'
import type { Run, RunSettings } from '../contract.js'
import { AskBox } from './ask-box.js'
import { ExportBox } from './export-box.js'
import { FailedRun } from './failed-run.js'
import { RunFigures } from './run-figures.js'
import { aboutOf, methodOf, progressWords, remarksOf } from './run-words.js'
import './run-card.css'

interface RunCardProps {
  readonly run: Run
  /** Its look in the comparison. */
  readonly series: number
  readonly bench: Bench
  readonly browser: BrowserFacts | undefined
  /** Takes its settings over into the form. */
  readonly onReuse: (settings: RunSettings) => void
}

/** One run: how far it is, what it costs, and what can be done with it. */
export function RunCard({ run, series, bench, browser, onReuse }: RunCardProps) {
  const settings = run.settings.value
  const remarks = remarksOf(run.facts.value, run.remarks.value)
  return (
    <article
      class="panel run"
      aria-labelledby={headingOf(run)}
      style={`--series: ${styleOfSeries(series).color}`}
    >
      <header>
        <h4 id={headingOf(run)} tabIndex={-1}>
          <SeriesSwatch index={series} /> {methodOf(run)}
        </h4>
        <p class="quiet">{aboutOf(run)}</p>
      </header>
      <Progress run={run} />
      {run.failure.value && <FailedRun run={run} failure={run.failure.value} browser={browser} />}
      {remarks.map((remark) => (
        <Notice key={remark} kind="remark">
          {remark}
        </Notice>
      ))}
      <RunFigures run={run} />
      <AskBox run={run} />
      <ExportBox run={run} />
      <footer>
        <PauseButton run={run} />
        {settings && (
          <button type="button" onClick={() => onReuse(settings)}>
            Settings to the form
          </button>
        )}
        <RemoveButton run={run} bench={bench} />
      </footer>
    </article>
  )
}

function Progress({ run }: { readonly run: Run }) {
  const words = progressWords(run)
  const status = run.status.value
  const total = run.settings.value?.steps
  const step = run.steps.value.at(-1)?.step ?? 0
  // Without a value it shows that something goes on, and not how far it is.
  const value =
    status === 'preparing' || status === 'measuring' || total === undefined ? undefined : step / total
  return (
    <div class="progress">
      <p>{words}</p>
      {status !== 'failed' && status !== 'finished' && (
        <progress max={1} value={value} aria-label="Progress" />
      )}
    </div>
  )
}

function PauseButton({ run }: { readonly run: Run }) {
  const status = run.status.value
  if (status === 'paused') {
    return (
      <button type="button" onClick={() => run.resume()}>
        Resume
      </button>
    )
  }
  if (status !== 'training') return undefined
  return (
    <button type="button" onClick={() => run.pause()}>
      Pause
    </button>
  )
}

/** Asks back where something was trained that would be gone. */
function RemoveButton({ run, bench }: { readonly run: Run; readonly bench: Bench }) {
  const isAsking = useSignal(false)
  const remove = () => void bench.remove(run)
  if (isAsking.value) {
    return (
      <span class="confirm">
        Its training is forgotten.
        <button type="button" class="problem" ref={(button) => button?.focus()} onClick={remove}>
          Remove it
        </button>
        <button
          type="button"
          onClick={() => {
            isAsking.value = false
            bench.focus.value = headingOf(run)
          }}
        >
          Keep it
        </button>
      </span>
    )
  }
  return (
    <button
      type="button"
      onClick={() => {
        if (run.steps.value.length > 0) isAsking.value = true
        else remove()
      }}
    >
      Remove
    </button>
  )
}
