import { computed } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { capitalized } from '../../interface/capitalized.js'
import { Choice } from '../../interface/choice.js'
import { Slider } from '../../interface/slider.js'
import { mostThreads, offerBackends } from '../backends/run-backends.js'
import type { RunForm } from './run-form.js'

/** What computes the run: each way with what it would be here, or why it cannot be had. */
export function BackendFields({ form }: { readonly form: RunForm }) {
  const browser = form.browser.value
  const threads = useMemo(
    () =>
      computed(() => {
        const backend = form.backend.value
        return backend?.name === 'wasm' ? backend.threads : 1
      }),
    [form],
  )
  if (browser === undefined) return <p class="field-hint">Looking for what this browser can compute on …</p>
  return (
    <div class="fields">
      <Choice
        label="Computed on"
        options={offerBackends(browser).map(({ kind, name, description, here, unavailable }) => ({
          value: kind,
          label: name,
          detail: here === undefined ? description : `${description} Here: ${here}.`,
          unavailable: unavailable && `${capitalized(unavailable)}.`,
        }))}
        value={form.backendKind}
      />
      {form.backendKind.value === 'threads' && mostThreads(browser) > 2 && (
        <Slider
          label="Threads"
          values={Array.from({ length: mostThreads(browser) - 1 }, (_, index) => index + 2)}
          value={threads}
          onChoose={(chosen) => {
            form.wantedThreads.value = chosen
          }}
        />
      )}
      {form.problems.value.backend && <p class="field-problem">{form.problems.value.backend}</p>}
    </div>
  )
}
