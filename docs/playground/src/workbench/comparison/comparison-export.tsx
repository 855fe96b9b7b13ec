import { useSignal } from '@preact/signals'
import { download } from '../../interface/download.js'
import { Notice } from '../../interface/notice.js'
import { comparisonFile } from './comparison-records.js'
import { comparisonMarkdown } from './comparison-rows.js'
import type { RunSnapshot } from './run-snapshot.js'

/** The comparison as text and as a file of results. */
export function ComparisonExport({ runs }: { readonly runs: readonly RunSnapshot[] }) {
  const copied = useSignal(false)
  /** The table, where the clipboard has not taken it. */
  const refused = useSignal<string | undefined>(undefined)
  const copy = async () => {
    const text = comparisonMarkdown(runs)
    copied.value = false
    try {
      await navigator.clipboard.writeText(text)
      refused.value = undefined
      copied.value = true
    } catch {
      refused.value = text
    }
  }
  const save = () => {
    const text = comparisonFile(runs, { platform: navigator.userAgent, time: new Date() })
    download('gyre-comparison.jsonl', new Blob([text], { type: 'application/x-ndjson' }))
  }
  return (
    <div class="comparison-export">
      <div class="buttons">
        <button type="button" onClick={() => void copy()}>
          Copy as a Markdown table
        </button>
        <button type="button" disabled={runs.every(({ steps }) => steps.length === 0)} onClick={save}>
          Download as JSON Lines
        </button>
        <span role="status">{copied.value && 'The table is in the clipboard.'}</span>
      </div>
      {refused.value !== undefined && (
        <>
          <Notice kind="problem">
            The browser keeps the clipboard closed; the table can be copied from here.
          </Notice>
          <textarea readOnly rows={8} aria-label="The table in Markdown" value={refused.value} />
        </>
      )}
      <p class="note">
        <code>npm run gyre -- report --results gyre-comparison.jsonl</code> makes a report of the file, with
        curves and all numbers.
      </p>
    </div>
  )
}
