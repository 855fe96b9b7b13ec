import type { AdaptationResult } from './adapt.js'

/** A measure over the runs of one method. */
export interface Spread {
  readonly mean: number
  /** The sample's standard deviation; 0 for a single run. */
  readonly deviation: number
}

/** What the runs of one method, each with a seed of its own, come to. */
export interface MethodSummary
  extends Omit<AdaptationResult, 'seed' | 'loss' | 'bitsPerCharacter' | 'accuracy' | 'blockSizes'> {
  readonly runs: number
  readonly loss?: Spread
  readonly bitsPerCharacter?: Spread
  readonly accuracy?: Spread
}

/** The runs by method, in the order of their first ones. Memory is the largest, the text that of the first run. */
export function summarize(runs: readonly AdaptationResult[]): MethodSummary[] {
  const groups = new Map<string, AdaptationResult[]>()
  for (const run of runs) groups.set(run.method, [...(groups.get(run.method) ?? []), run])
  return [...groups.values()].map((group): MethodSummary => {
    const { seed, blockSizes, ...first } = group[0]!
    const times = group.flatMap(({ stepMilliseconds }) => stepMilliseconds ?? [])
    return {
      ...first,
      runs: group.length,
      loss: spreadOf(group.map(({ loss }) => loss)),
      bitsPerCharacter: spreadOf(group.map(({ bitsPerCharacter }) => bitsPerCharacter)),
      accuracy: spreadOf(group.map(({ accuracy }) => accuracy)),
      stepMilliseconds: times.length > 0 ? mean(times) : null,
      peakBytes: Math.max(...group.map(({ peakBytes }) => peakBytes)),
    }
  })
}

/** Undefined for a measure that the task does not have. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const numbers = values.filter((value) => value !== undefined)
  if (numbers.length === 0) return undefined
  const center = mean(numbers)
  const squares = numbers.reduce((total, value) => total + (value - center) ** 2, 0)
  return { mean: center, deviation: numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1)) : 0 }
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}
