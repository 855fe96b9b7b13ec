import type { Curve } from '@gyre/report'
import type * as Plot from '@observablehq/plot'
import { useMemo } from 'preact/hooks'
import { fourDigits } from '../../interface/numbers.js'
import { PlotFigure } from '../../interface/plot.js'
import { measureName } from '../runs/run-words.js'
import { measuredFigure, trainingFigure } from './comparison-figures.js'
import { curvesOf, measuredCurve } from './run-curves.js'
import type { RunSnapshot } from './run-snapshot.js'
import type { TaskGroup } from './task-groups.js'
import type { Step } from './use-step.js'

interface TaskPlotsProps {
  readonly group: TaskGroup
  /** Whether there are other tasks, from which it has to be told. */
  readonly titled: boolean
  readonly nameOf: (id: string) => string
  readonly logarithmic: boolean
  readonly step: Step
}

/** The curves of the runs of one task. */
export function TaskPlots({ group, titled, nameOf, logarithmic, step }: TaskPlotsProps) {
  const { runs, metric, title } = group
  const isRatio = metric?.better === 'higher'
  const changes = [logarithmic, ...runs]
  const loss = useMemo(() => trainingFigure(runs, ({ loss }) => loss, logarithmic), changes)
  const gradNorm = useMemo(() => trainingFigure(runs, ({ gradNorm }) => gradNorm, logarithmic), changes)
  const measured = useMemo(
    () => metric && measuredFigure(runs, metric, logarithmic && !isRatio),
    [metric?.name, ...changes],
  )
  const inWords = (what: string, curveOf: (run: RunSnapshot) => Curve): string =>
    `${what} over the steps. ${runs
      .map((run) => `${nameOf(run.id)}: ${endsInWords(curveOf(run))}`)
      .join('; ')}.`
  const hasSteps = runs.some(({ steps }) => steps.length > 0)
  const figure = (caption: string, label: string, options: Plot.PlotOptions | undefined, none: string) => (
    <figure>
      <figcaption>{caption}</figcaption>
      {options ? (
        <PlotFigure label={label} options={options} cursor={step.cursor} onPoint={step.point} />
      ) : (
        <p class="comparison-none quiet">{none}</p>
      )}
    </figure>
  )
  return (
    <section aria-label={title}>
      {titled && <h4>{title}</h4>}
      <div class="comparison-plots">
        {figure(
          'Training loss',
          inWords('Training loss, smoothed,', ({ steps, settings }) => curvesOf(steps, settings).loss.line),
          hasSteps ? loss : undefined,
          'No run has taken a step yet.',
        )}
        {figure(
          metric ? `Held out: ${measureName(metric.name)}` : 'Held out',
          metric
            ? inWords(`Held out: ${measureName(metric.name)},`, (run) => measuredCurve(run, metric.name))
            : '',
          measured,
          'Nothing has been measured yet.',
        )}
        {figure(
          'Norm of the gradient',
          inWords(
            'Norm of the gradient, smoothed,',
            ({ steps, settings }) => curvesOf(steps, settings).gradNorm.line,
          ),
          hasSteps ? gradNorm : undefined,
          'No run has taken a step yet.',
        )}
      </div>
    </section>
  )
}

function endsInWords({ steps, values }: Curve): string {
  if (steps.length === 0) return 'nothing yet'
  const [first, last] = [0, steps.length - 1].map((i) => `${fourDigits(values[i]!)} at step ${steps[i]}`)
  return first === last ? last! : `${first}, ${last}`
}
