import { type Curve, median, type ResultRecord, thinnedCurve } from '@gyre/report'
import { baseOf, dataNameOf, mostBackendBytes } from '../runs/run-words.js'
import { measuredCurve } from './run-curves.js'
import type { RunSnapshot } from './run-snapshot.js'

/** Where and when the records are written. */
export interface Writing {
  readonly platform: string
  readonly time: Date
}

/** The runs that have taken steps or were measured, as lines of a file that `gyre report --results` reads. */
export function comparisonFile(runs: readonly RunSnapshot[], writing: Writing): string {
  return recordsOfRuns(runs, writing)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('')
}

export function recordsOfRuns(runs: readonly RunSnapshot[], { platform, time }: Writing): ResultRecord[] {
  return runs
    .filter(({ steps, measured }) => steps.length > 0 || measured.length > 0)
    .map((run) => ({
      format: 1,
      kind: 'playground',
      cell: `playground ${run.id}`,
      settings: settingsOf(run),
      versions: { platform, ...(run.facts && { backend: run.facts.backend }) },
      metrics: metricsOf(run),
      curves: curvesOf(run),
      ...(run.facts?.blockSizes && { blockSizes: run.facts.blockSizes }),
      finishedAt: time.toISOString(),
    }))
}

/** By the names of the command line. */
function settingsOf(run: RunSnapshot): ResultRecord['settings'] {
  const { settings, facts, method, measured } = run
  const last = measured.at(-1)
  const common = {
    model: baseOf(run) ?? null,
    task: dataNameOf(run) ?? null,
    method,
    targets: (settings ?? facts?.loaded)?.targets.join(',') ?? null,
    // Measures of a part are not to be taken for those of everything.
    'measured-on': last ? (last.complete ? 'all that is held out' : 'a part of what is held out') : null,
  }
  if (!settings) return common
  return {
    ...common,
    'learning-rate': settings.learningRate,
    'head-learning-rate': facts?.headParameters ? settings.headLearningRate : null,
    seed: settings.seed,
    steps: settings.steps,
    'warmup-steps': settings.warmupSteps,
    'batch-size': settings.batchSize,
    'sequence-length': settings.sequenceLength,
  }
}

/** What is measured at the end; of a run that is not there yet, at last. One that left the numbers has no measures. */
function metricsOf({ steps, measured, facts }: RunSnapshot): ResultRecord['metrics'] {
  const last = steps.at(-1)
  const diverged = last !== undefined && !(Number.isFinite(last.loss) && Number.isFinite(last.gradNorm))
  const times = steps.map(({ milliseconds }) => milliseconds)
  return {
    ...(diverged ? { diverged: 1 } : measured.at(-1)?.measures),
    ...(last && {
      ...(!diverged && { finalLoss: last.loss }),
      stepsDone: last.step,
      stepMilliseconds: median(times),
      seconds: times.reduce((sum, time) => sum + time, 0) / 1000,
      peakBytes: mostBackendBytes(steps),
    }),
    ...(facts && {
      trainableParameters: facts.trainableParameters,
      headParameters: facts.headParameters,
      forwardFlopsPerToken: facts.forwardFlopsPerToken,
      adapterFlopsPerToken: facts.adapterFlopsPerToken,
      stepFlopsPerToken: facts.trainingFlopsPerToken,
    }),
  }
}

function curvesOf({ steps, measured }: RunSnapshot): ResultRecord['curves'] {
  const at = steps.map(({ step }) => step)
  const training = {
    loss: thinnedCurve({ steps: at, values: steps.map(({ loss }) => loss) }),
    gradientNorm: thinnedCurve({ steps: at, values: steps.map(({ gradNorm }) => gradNorm) }),
  }
  const names = new Set(measured.flatMap(({ measures }) => Object.keys(measures)))
  const heldOut = [...names].map((name): [string, Curve] => {
    // The curve named `loss` is that of the training.
    return [name === 'loss' ? 'held-out loss' : name, measuredCurve({ measured }, name)]
  })
  return { ...(steps.length > 0 && training), ...Object.fromEntries(heldOut) }
}
