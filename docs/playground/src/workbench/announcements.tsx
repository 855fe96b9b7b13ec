import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Run, RunStatus } from './contract.js'
import { methodOf, statusWords } from './runs/run-words.js'

/** Reads each change of a run's state aloud, and nothing of its steps. */
export function Announcements({ runs }: { readonly runs: ReadonlySignal<readonly Run[]> }) {
  const before = useRef<ReadonlyMap<Run, RunStatus>>(new Map())
  const words = useSignal('')
  useSignalEffect(() => {
    const now = new Map(runs.value.map((run) => [run, run.status.value]))
    const changed = [...now].filter(([run, status]) => before.current.get(run) !== status)
    before.current = now
    if (changed.length === 0) return
    words.value = changed.map(([run, status]) => `${methodOf(run)}: ${statusWords[status]}`).join('; ')
  })
  return (
    <p class="unseen" role="status">
      {words}
    </p>
  )
}
