import { Notice } from '../interface/notice.js'
import { useLoaded } from '../interface/use-loaded.js'
import { type Bench, newRunHeading } from './bench.js'
import type { RunForm } from './forms/run-form.js'
import { seriesOf } from './run-series.js'
import { RunCard } from './runs/run-card.js'

interface RunListProps {
  readonly bench: Bench
  readonly form: RunForm
}

/** The runs, each by itself and side by side. */
export function RunList({ bench, form }: RunListProps) {
  const comparison = useLoaded(
    'The comparison',
    async () => (await import('./comparison/comparison.js')).Comparison,
  )
  return (
    <section aria-labelledby="runs-title">
      <h3 id="runs-title">Runs</h3>
      <div class="runs">
        {bench.runs.value.map((run) => (
          <RunCard
            key={run.id}
            run={run}
            series={seriesOf(run, bench.runs.value)}
            bench={bench}
            browser={form.browser.value}
            onReuse={(settings) => {
              void form.fill(settings)
              bench.focus.value = newRunHeading
            }}
          />
        ))}
      </div>
      <h3>Side by side</h3>
      {comparison.problem && <Notice kind="problem">{comparison.problem}</Notice>}
      {comparison.Component && <comparison.Component runs={bench.runs} />}
    </section>
  )
}
