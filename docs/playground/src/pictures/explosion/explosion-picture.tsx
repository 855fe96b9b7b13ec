import { Choice } from '../../interface/choice.js'
import { Notice } from '../../interface/notice.js'
import { Section } from '../../interface/section.js'
import { Slider } from '../../interface/slider.js'
import { pictureBackend } from '../backend.js'
import { ExplosionCurves } from './explosion-curves.js'
import { GradientFormula, GrowthFormula, Kernel, RateFormula } from './explosion-formulas.js'
import { ExplosionResults } from './explosion-results.js'
import { blockSizes, type ExplosionProgress, network } from './explosion-training.js'
import type { ExplosionStatus } from './live-explosion.js'
import { growthOf, growthSentence, outcomeSentences } from './outcome.js'
import { useExplosion } from './use-explosion.js'
import './explosion.css'

const optimizerOptions = [
  { value: 'sgd', label: 'SGD' },
  { value: 'adamw', label: 'AdamW' },
] as const

const outputOptions = [
  { value: 'all', label: `${network.width} outputs: the terms nearly agree` },
  { value: 'one', label: '1 output: they are independent' },
] as const

/** Trains a small network with the learning rates α and α / p, and shows what becomes of its gradients. */
export function ExplosionPicture() {
  const explosion = useExplosion()
  const { live } = explosion
  const isTraining = live.status.value === 'training'
  const progress = live.progress.value
  const outcome = progress && live.status.value === 'finished' ? outcomeSentences(progress) : []
  const growth = progress && growthOf(progress)
  return (
    <Section id="explosion" title="Why gradients explode">
      <p>
        In a circulant block <var>B</var> each number <Kernel /> stands in <var>p</var> places. The loss{' '}
        <var>L</var> depends on it through all of them, so its gradient is a sum of <var>p</var> terms, each
        of which a dense layer would have had for itself:
      </p>
      <GradientFormula />
      <p>
        How large the sum is, as a root mean square (rms), depends on whether its terms point the same way:
      </p>
      <GrowthFormula />
      <p>
        A learning rate <var>α</var> that suits a dense layer may thus be far too large. The paper divides it
        by the block size, <RateFormula />. Here {network.layers} layers of {network.width} × {network.width}{' '}
        with ReLU between them learn the answers of another network of their kind in {network.steps} steps,
        from the same start with either rate.
      </p>
      <div class="explosion-controls">
        <Slider label="Block size p" values={blockSizes} value={explosion.blockSize} />
        <Choice label="Optimiser" options={optimizerOptions} value={explosion.optimizer} />
        <Choice label="Network" options={outputOptions} value={explosion.outputs} />
        <div class="explosion-buttons">
          <button
            type="button"
            class="primary"
            disabled={!pictureBackend.value}
            onClick={isTraining ? () => live.stop() : explosion.restart}
          >
            {isTraining ? 'Stop' : live.status.value === 'waiting' ? 'Train' : 'Train again'}
          </button>
          <span>{stateOf(live.status.value, progress)}</span>
        </div>
      </div>
      {live.failure.value !== undefined && (
        <Notice kind="problem">
          The training broke off: {live.failure.value}. Train again, or choose another backend above.
        </Notice>
      )}
      <div ref={explosion.place}>
        <ExplosionCurves progress={progress} />
      </div>
      <div class="explosion-outcome" role="status">
        {growth && <p>{growthSentence(progress.settings, growth)}</p>}
        {outcome.length > 0 && <p>{outcome.join(' ')}</p>}
      </div>
      <ExplosionResults results={explosion.results.value} outputs={explosion.outputs.value} />
    </Section>
  )
}

function stateOf(status: ExplosionStatus, progress: ExplosionProgress | undefined): string {
  if (status === 'waiting') return pictureBackend.value ? '' : 'The backend is being opened.'
  if (status !== 'training' && status !== 'stopped') return ''
  if (!progress) return status === 'training' ? 'preparing the networks' : 'stopped'
  const step = Math.max(0, ...progress.curves.map(({ points }) => points.length))
  return `${status === 'stopped' ? 'stopped at ' : ''}step ${step} of ${network.steps}`
}
