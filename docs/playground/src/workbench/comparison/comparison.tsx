import type { ReadonlySignal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Run } from '../contract.js'
import { ComparisonExport } from './comparison-export.js'
import { ComparisonTable } from './comparison-table.js'
import './comparison.css'
import { RunName } from './run-name.js'
import { nameRuns } from './run-names.js'
import { followRuns } from './run-snapshot.js'
import { StepReadout } from './step-readout.js'
import { taskGroupsOf } from './task-groups.js'
import { TaskPlots } from './task-plots.js'
import { useStep } from './use-step.js'

/** Up to four runs side by side: their curves as they grow, what they were at a step, what they cost and reach. */
export function Comparison({ runs }: { readonly runs: ReadonlySignal<readonly Run[]> }) {
  const followed = useMemo(() => followRuns(runs), [runs])
  useEffect(() => () => followed.end(), [followed])
  const logarithmic = useSignal(false)
  const snapshots = followed.snapshots.value
  const step = useStep(snapshots)
  const names = useMemo(() => nameRuns(snapshots), [snapshots])
  const groups = useMemo(() => taskGroupsOf(snapshots), [snapshots])
  const table = useMemo(() => <ComparisonTable runs={snapshots} names={names} />, [snapshots])
  if (snapshots.length === 0) {
    return <p class="quiet">Runs are compared here, up to four of them, from their first step on.</p>
  }

  const nameOf = (id: string): string => names[snapshots.findIndex((run) => run.id === id)]!
  return (
    <div class="comparison">
      <ul class="legend">
        {snapshots.map((run, i) => (
          <li key={run.id}>
            <RunName series={run.series} name={names[i]!} />
          </li>
        ))}
      </ul>
      <label class="comparison-scale">
        <input
          type="checkbox"
          checked={logarithmic.value}
          onChange={({ currentTarget }) => {
            logarithmic.value = currentTarget.checked
          }}
        />
        Logarithmic scale
      </label>
      {groups.map((group) => (
        <TaskPlots
          key={group.key}
          group={group}
          titled={groups.length > 1}
          nameOf={nameOf}
          logarithmic={logarithmic.value}
          step={step}
        />
      ))}
      {snapshots.some(({ measured }) => measured.length > 0) && (
        <p class="note">
          Held out, in a ring: measured on all of it; otherwise on a part of it, which is the same at every
          step. Small points are single steps; lines are smoothed.
        </p>
      )}
      <StepReadout groups={groups} nameOf={nameOf} step={step} />
      {table}
      <ComparisonExport runs={snapshots} />
    </div>
  )
}
