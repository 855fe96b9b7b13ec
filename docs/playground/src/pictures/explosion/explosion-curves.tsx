import type { TrainingPoint } from '@gyre/train'
import { useMemo } from 'preact/hooks'
import { PlotFigure } from '../../interface/plot.js'
import { SeriesSwatch } from '../../interface/series.js'
import { lossFigure, normFigure, seriesOf } from './explosion-figures.js'
import type { ExplosionProgress } from './explosion-training.js'
import { rateName, significant } from './outcome.js'

interface ExplosionCurvesProps {
  readonly progress: ExplosionProgress | undefined
}

/** Gradient norms and losses with α and with α / p, side by side. */
export function ExplosionCurves({ progress }: ExplosionCurvesProps) {
  const norms = useMemo(() => progress && normFigure(progress), [progress])
  const losses = useMemo(() => progress && lossFigure(progress), [progress])
  if (!progress || !norms || !losses) return <div class="explosion-curves" />
  const { settings, curves, denseNorm } = progress
  return (
    <div class="explosion-curves">
      <ul class="legend">
        {curves.map((curve) => (
          <li key={curve.scaled}>
            <SeriesSwatch index={seriesOf(curve)} /> {rateName(settings, curve.scaled)}
          </li>
        ))}
        <li>
          <svg class="swatch" width="36" height="14" viewBox="-18 -7 36 14" aria-hidden="true">
            <path d="M-17 0H17" stroke="var(--quiet)" stroke-width="2" stroke-dasharray="1 4" />
          </svg>{' '}
          dense network, first gradient
        </li>
        <li>× where it diverges</li>
      </ul>
      <div class="explosion-plots">
        <figure>
          <figcaption>Norm of the gradient</figcaption>
          <PlotFigure
            label={`Norm of the gradient over the steps; the dense network begins with ${significant(denseNorm)}. ${inWords(progress, ({ gradNorm }) => gradNorm)}`}
            options={norms}
          />
        </figure>
        <figure>
          <figcaption>Loss</figcaption>
          <PlotFigure
            label={`Loss over the steps. ${inWords(progress, ({ loss }) => loss)}`}
            options={losses}
          />
        </figure>
      </div>
    </div>
  )
}

function inWords(
  { settings, curves }: ExplosionProgress,
  numberOf: (point: TrainingPoint) => number,
): string {
  return curves
    .flatMap((curve) => {
      const [first, last] = [curve.points[0], curve.points.at(-1)]
      if (!first || !last) return []
      const end = `${significant(numberOf(last))} at step ${last.step}${last.diverged ? ', where it diverges' : ''}`
      return [`With ${rateName(settings, curve.scaled)}: ${significant(numberOf(first))} at step 1, ${end}.`]
    })
    .join(' ')
}
