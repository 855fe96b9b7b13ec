import { useEffect, useMemo } from 'preact/hooks'
import { Announcements } from './announcements.js'
import { Bench } from './bench.js'
import './bench-view.css'
import type { Runs } from './contract.js'
import { runInBackground } from './forms/background.js'
import { NewRun } from './forms/new-run.js'
import { RunForm } from './forms/run-form.js'
import { LeftBehind } from './left-behind.js'
import { LoadAdapter } from './load-adapter.js'
import { RunList } from './run-list.js'

/** The workbench: a form for a new run, the runs, and what they have in common. */
export function BenchView({ runs: source }: { readonly runs: Runs }) {
  const bench = useMemo(() => new Bench(source), [source])
  const form = useMemo(() => new RunForm(runInBackground), [])
  useEffect(() => void bench.findSaved(), [bench])
  useEffect(() => warnBeforeLoss(bench), [bench])
  useFocus(bench)
  const browser = form.browser.value
  return (
    <div class="bench">
      <Announcements runs={bench.runs} />
      <LeftBehind bench={bench} browser={browser} />
      <NewRun
        form={form}
        run={runInBackground}
        runCount={bench.runs.value.length}
        onStart={(settings) => bench.start(settings)}
      />
      <LoadAdapter bench={bench} backend={form.backend.value} />
      {bench.runs.value.length > 0 && <RunList bench={bench} form={form} />}
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
