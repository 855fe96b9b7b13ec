import { useId } from 'preact/hooks'
import { exactly, fourDigits } from '../../interface/numbers.js'
import { ScrollArea } from '../../interface/scroll-area.js'
import { measureName } from '../runs/run-words.js'
import { type Reading, readingAt } from './readout.js'
import { RunName } from './run-name.js'
import type { TaskGroup } from './task-groups.js'
import type { Step } from './use-step.js'

interface StepReadoutProps {
  readonly groups: readonly TaskGroup[]
  readonly nameOf: (id: string) => string
  readonly step: Step
}

/** What the runs were at a step, which the keyboard chooses here and the pointer in the plots. */
export function StepReadout({ groups, nameOf, step }: StepReadoutProps) {
  const id = useId()
  const { at, last, cursor, chosen } = step
  if (last === 0) return undefined
  const rows = groups.flatMap(({ runs, metric }) =>
    runs.map((run) => ({ run, metric, reading: readingAt(run, metric, cursor) })),
  )
  const spoken = rows
    .map(({ run, reading }) => `${nameOf(run.id)} ${reading ? `loss ${number(reading.loss)}` : 'not there'}`)
    .join('; ')
  return (
    <div class="step-readout">
      <div class="field">
        <label for={id}>At step</label>
        <input
          id={id}
          type="range"
          min={1}
          max={last}
          step={1}
          value={at}
          aria-valuetext={`step ${at}: ${spoken}`}
          onInput={({ currentTarget }) => {
            const value = Number(currentTarget.value)
            chosen.value = value === last ? undefined : value
          }}
        />
        <output for={id}>{cursor === undefined ? `the last, ${exactly(at)}` : exactly(at)}</output>
      </div>
      <ScrollArea label={cursor === undefined ? 'The runs at their last steps' : `The runs at step ${at}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col">step</th>
              <th scope="col">loss</th>
              <th scope="col">smoothed</th>
              <th scope="col">gradient norm</th>
              <th scope="col">rate asked</th>
              <th scope="col">held out</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ run, metric, reading }) => (
              <tr key={run.id}>
                <th scope="row">
                  <RunName series={run.series} name={nameOf(run.id)} />
                </th>
                <td>{reading ? exactly(reading.step) : '–'}</td>
                <td>{number(reading?.loss)}</td>
                <td>{number(reading?.smoothLoss)}</td>
                <td>{number(reading?.gradNorm)}</td>
                <td>{number(reading?.learningRate)}</td>
                <td>{metric && reading?.measured ? heldOut(metric.name, reading.measured) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </div>
  )
}

function heldOut(name: string, { step, value }: NonNullable<Reading['measured']>): string {
  return `${measureName(name)} ${number(value)}, step ${step}`
}

function number(value: number | undefined): string {
  return value === undefined ? '–' : fourDigits(value)
}
