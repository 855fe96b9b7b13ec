import { meanOf, type Spread, spreadOf } from '@gyre/report'
import type { AdaptationResult } from './adapt.js'

/** What the runs of one method, each with a seed of its own, come to. */
export interface MethodSummary
  extends Omit<
    AdaptationResult,
    'seed' | 'loss' | 'bitsPerCharacter' | 'accuracy' | 'blockSizes' | 'curves'
  > {
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
    const { seed, blockSizes, curves, ...first } = group[0]!
    const times = group.flatMap(({ stepMilliseconds }) => stepMilliseconds ?? [])
    return {
      ...first,
      runs: group.length,
      loss: spreadOf(group.map(({ loss }) => loss)),
      bitsPerCharacter: spreadOf(group.map(({ bitsPerCharacter }) => bitsPerCharacter)),
      accuracy: spreadOf(group.map(({ accuracy }) => accuracy)),
      stepMilliseconds: times.length > 0 ? meanOf(times) : null,
      peakBytes: Math.max(...group.map(({ peakBytes }) => peakBytes)),
    }
  })
}
