import { meanOf, shortNumber } from '@gyre/report'
import type { TrainingPoint } from '@gyre/train'
import {
  type ExplosionCurve,
  type ExplosionProgress,
  type ExplosionSettings,
  network,
  optimizers,
} from './explosion-training.js'

/** The first gradient beside that of the dense network with the same weights: numbers of times. */
export interface Growth {
  readonly norm: number
  readonly denseNorm: number
  /** Of one number's gradient, as a root mean square: there are p times fewer numbers. */
  readonly rootMeanSquare: number
}

export function growthOf({ settings, denseNorm, curves }: ExplosionProgress): Growth | undefined {
  const first = curves[0]?.points[0]
  if (!first) return undefined
  return {
    norm: first.gradNorm,
    denseNorm,
    rootMeanSquare: (first.gradNorm / denseNorm) * Math.sqrt(settings.blockSize),
  }
}

/** The mean loss of the last tenth of the steps, when all of them are done; undefined before, or where it diverged. */
export function finalLoss({ points }: ExplosionCurve): number | undefined {
  if (points.length < network.steps || points.at(-1)!.diverged) return undefined
  return meanOf(points.slice(-network.steps / 10).map(({ loss }) => loss))
}

/** `α = 1`, `α / p = 1 / 16`, never broken in two */
export function rateName({ blockSize, optimizer, outputs }: ExplosionSettings, scaled: boolean): string {
  const alpha = optimizers[optimizer].learningRate[outputs]
  const text = scaled ? `α / p = ${alpha} / ${blockSize}` : `α = ${alpha}`
  return text.replaceAll(' ', '\u00a0')
}

/** What a cell of the table of results says. */
export function outcomeOf(curve: ExplosionCurve): string | undefined {
  const last = curve.points.at(-1)
  if (last?.diverged)
    return last.gradNorm === 0 ? `dead at step ${last.step}` : `diverged at step ${last.step}`
  const loss = finalLoss(curve)
  return loss === undefined ? undefined : `loss ${significant(loss)}`
}

/** One sentence on how much the first gradient has grown. */
export function growthSentence({ blockSize }: ExplosionSettings, growth: Growth): string {
  const { norm, denseNorm, rootMeanSquare } = growth
  if (blockSize === 1) return `The first gradient of the dense network has the norm ${significant(norm)}.`
  return (
    `The first gradient has the norm ${significant(norm)}, that of the dense network with the same weights ` +
    `${significant(denseNorm)}. A number’s gradient is ${significant(rootMeanSquare)} times as large as an entry’s (rms); ` +
    `√p is ${significant(Math.sqrt(blockSize))}, p is ${blockSize}.`
  )
}

/** What became of the trainings, in sentences; empty before the end. */
export function outcomeSentences({ settings, curves }: ExplosionProgress): string[] {
  if (curves.some((curve) => outcomeOf(curve) === undefined)) return []
  const { title } = optimizers[settings.optimizer]
  const sentences = curves.map((curve) => `${title} with ${rateName(settings, curve.scaled)} ${fate(curve)}.`)
  const [withAlpha, scaled] = curves
  if (!scaled) return [...sentences, 'With p = 1 the network is dense, and α / p is α.']
  return [...sentences, conclusion(withAlpha!, scaled)]
}

function fate(curve: ExplosionCurve): string {
  const last = curve.points.at(-1)!
  if (!last.diverged) {
    return `brings the loss from ${significant(curve.points[0]!.loss)} to ${significant(finalLoss(curve)!)}`
  }
  if (last.gradNorm === 0) {
    return `kills the network: at step ${last.step} units are where ReLU gives 0, and no gradient comes through any more`
  }
  return `diverges: at step ${last.step} the loss is ${blownUp(last)}`
}

function blownUp({ loss }: TrainingPoint): string {
  return Number.isFinite(loss) ? significant(loss) : 'no number'
}

function conclusion(withAlpha: ExplosionCurve, scaled: ExplosionCurve): string {
  const [loss, scaledLoss] = [finalLoss(withAlpha), finalLoss(scaled)]
  if (scaledLoss === undefined) return 'Here α / p saves nothing: α is too large for another reason.'
  if (loss === undefined) return 'Here dividing by p saves the training.'
  if (scaledLoss < 0.95 * loss) return 'Here dividing by p is better.'
  if (scaledLoss > 1.05 * loss) return 'Here dividing by p only makes the training slower.'
  return 'Here dividing by p makes little difference.'
}

/** Three digits, as one reads it: `8.26`, `288`, `12,300`. */
export function significant(value: number): string {
  return shortNumber(Number(value.toPrecision(3)))
}
