import type { ReadonlySignal } from '@preact/signals'
import { useComputed } from '@preact/signals'
import type { Run } from './contract.js'
import { methodOf, statusWords } from './runs/run-words.js'

/** Reads changes of the runs' states aloud, and nothing of their steps. */
export function Announcements({ runs }: { readonly runs: ReadonlySignal<readonly Run[]> }) {
  const words = useComputed(() =>
    runs.value.map((run) => `${methodOf(run)}: ${statusWords[run.status.value]}`).join('; '),
  )
  return (
    <p class="unseen" role="status">
      {words.value}
    </p>
  )
}
