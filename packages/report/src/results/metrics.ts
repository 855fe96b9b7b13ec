import { formatNumber } from '../table.js'

/** A number that results have under a name of its own: what it is called, which way is better, how it is written. */
export interface Metric {
  readonly name: string
  readonly title: string
  /** A measure says how well something was learned, a cost what that took. */
  readonly role: 'measure' | 'cost' | 'other'
  readonly better?: 'lower' | 'higher'
  /** What several runs of one configuration come to. Default: their mean. */
  readonly overRuns?: 'largest'
  /** What one of its units is in the results: 1e6 for megabytes of bytes. Default 1. */
  readonly unit?: number
  readonly format: (value: number) => string
}

const withDigits =
  (digits: number) =>
  (value: number): string =>
    formatNumber(value, digits)

const higher = (name: string, title: string): Metric => ({
  name,
  title,
  role: 'measure',
  better: 'higher',
  format: withDigits(4),
})
const lower = (name: string, title: string): Metric => ({ ...higher(name, title), better: 'lower' })
const cost = (name: string, title: string, format = withDigits(0)): Metric => ({
  name,
  title,
  role: 'cost',
  better: 'lower',
  format,
})
const other = (name: string, title: string, format = shortNumber): Metric => ({
  name,
  title,
  role: 'other',
  format,
})

/** Measures in the order in which they judge a task: the first that a task has is the one. */
const known: readonly Metric[] = [
  higher('accuracy', 'accuracy'),
  higher('matthews', 'Matthews correlation'),
  higher('f1', 'F1'),
  higher('pearson', 'Pearson correlation'),
  higher('spearman', 'Spearman correlation'),
  lower('lossPerAnswerToken', 'loss per token of an answer'),
  lower('loss', 'loss'),
  lower('bitsPerCharacter', 'bits per character'),
  lower('finalLoss', 'training loss at the end'),
  cost('trainableParameters', 'trained parameters'),
  cost('headParameters', 'parameters of the head'),
  cost('adapterFlopsPerToken', 'FLOPs per token that the adapter adds'),
  cost('forwardFlopsPerToken', 'FLOPs per token, forward'),
  cost('stepFlopsPerToken', 'FLOPs per token of a step'),
  cost('flopsPerToken', 'FLOPs per token of a step'),
  cost('stepMilliseconds', 'ms per step', withDigits(1)),
  cost('seconds', 'seconds', withDigits(1)),
  cost('processorSeconds', 'seconds of a processor', withDigits(1)),
  { ...cost('peakBytes', 'peak memory, MB', withDigits(1)), unit: 1e6, overRuns: 'largest' },
  other('divergedAt', 'diverges at step', withDigits(0)),
  other('largestGradientNorm', 'largest gradient norm'),
  other('firstGradientNorm', 'first gradient norm'),
  other('firstDenseGradientNorm', 'the same of a dense network'),
  cost('msMin', 'min ms', withDigits(3)),
  cost('msMedian', 'median ms', withDigits(3)),
  cost('msFirst', 'first ms', withDigits(1)),
  cost('msCpu', 'processor ms', withDigits(3)),
  other('rounds', 'rounds', withDigits(0)),
  other('ratio', 'ratio to Gyre', withDigits(2)),
  other('ratioLow', 'ratio, lower quartile', withDigits(2)),
  other('ratioHigh', 'ratio, upper quartile', withDigits(2)),
  other('gflops', 'GFLOP/s', withDigits(1)),
  other('timesFloor', '× floor', withDigits(2)),
]

/** What is known of a metric; of one with an unknown name, its name. */
export function metricOf(name: string): Metric {
  return known.find((metric) => metric.name === name) ?? other(name, name)
}

/** The metrics among these names, known ones first and in their order, then the others by name. */
export function metricsAmong(names: Iterable<string>): Metric[] {
  const there = new Set(names)
  const others = [...there].filter((name) => !known.some((metric) => metric.name === name)).sort()
  return [...known.filter(({ name }) => there.has(name)), ...others.map(metricOf)]
}

/** The metrics for the axis of a plot against accuracy: one each for size, work, time and memory, as far as they are there. */
export const plottedCosts: readonly (readonly string[])[] = [
  ['trainableParameters'],
  ['stepFlopsPerToken', 'flopsPerToken', 'adapterFlopsPerToken'],
  ['stepMilliseconds', 'processorSeconds', 'seconds'],
  ['peakBytes'],
]

/** A number with four significant digits, and all digits of a whole one: `0.02`, `1,024`, `9.77e-4`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e9) return formatNumber(value)
  if (size < 1e-3 || size >= 1e9) return String(Number(value.toPrecision(3)).toExponential())
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)))
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}
