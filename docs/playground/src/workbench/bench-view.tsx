import { useEffect, useMemo } from 'preact/hooks'
import { Announcements } from './announcements.js'
import { Bench, newRunHeading } from './bench.js'
import './bench-view.css'
import type { Runs } from './contract.js'
import { runInBackground } from './forms/background.js'
import { NewRun } from './forms/new-run.js'
import { RunForm } from './forms/run-form.js'
import { LeftBehind } from './left-behind.js'
import { LoadAdapter } from './load-adapter.js'
import { RunCard } from './runs/run-card.js'

/** The workbench: a form for a new run, the runs, and what they have in common. */
export function BenchView({ runs: source }: { readonly runs: Runs }) {
  const bench = useMemo(() => new Bench(source), [source])
  const form = useMemo(() => new RunForm(runInBackground), [])
  useEffect(() => void bench.findSaved(), [bench])
  useEffect(() => warnBeforeLoss(bench), [bench])
  useFocus(bench)
  const runs = bench.runs.value
  const browser = form.browser.value
  return (
    <div class="bench">
      <Announcements runs={bench.runs} />
      <LeftBehind bench={bench} browser={browser} />
      <NewRun
        form={form}
        run={runInBackground}
        runCount={runs.length}
        onStart={(settings) => bench.start(settings)}
      />
      <LoadAdapter bench={bench} backend={form.backend.value} />
      {runs.length > 0 && (
        <section aria-labelledby="runs-title">
          <h3 id="runs-title">Runs</h3>
          <div class="runs">
            {runs.map((run, index) => (
              <RunCard
                key={run.id}
                run={run}
                index={index}
                bench={bench}
                browser={browser}
                onReuse={(settings) => {
                  void form.fill(settings)
                  bench.focus.value = newRunHeading
                }}
              />
            ))}
          </div>
        </section>
      )}
    </div>
  )
}

/** Gives the keyboard to the element that the bench names, once it is there. */
function useFocus({ focus }: Bench): void {
  const id = focus.value
  useEffect(() => {
    if (id === undefined) return
    document.getElementById(id)?.focus()
    focus.value = undefined
  }, [id, focus])
}

function warnBeforeLoss(bench: Bench): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    if (bench.wouldLose()) event.preventDefault()
  }
  addEventListener('beforeunload', warn)
  return () => removeEventListener('beforeunload', warn)
}
