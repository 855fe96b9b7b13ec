import type { Interval } from '../statistics.js'
import { pairedDifference } from '../statistics.js'
import { bySeed, type Configuration, overRuns } from './configurations.js'
import type { Metric } from './metrics.js'

/** Configurations by what they reach. */
export interface Ranking {
  /** What they are judged by. */
  readonly metric: Metric & { readonly better: 'lower' | 'higher' }
  readonly best: Configuration
  /** Best first; without those that have no measure. */
  readonly ranked: readonly { readonly configuration: Configuration; readonly value: Interval }[]
  /** How much worse it is than the best, over the seeds of both; above 0 is worse. Undefined for the best itself. */
  behindBest(configuration: Configuration): Interval | undefined
}

/** By the first measure that they have; undefined where they have none. */
export function judge(
  configurations: readonly Configuration[],
  metrics: readonly Metric[],
): Ranking | undefined {
  const metric = metrics.find(({ role }) => role === 'measure') as Ranking['metric'] | undefined
  if (metric === undefined) return undefined
  const sign = metric.better === 'higher' ? -1 : 1
  const ranked = configurations
    .flatMap((configuration) => {
      const value = overRuns(configuration, metric)
      return value ? [{ configuration, value }] : []
    })
    .sort((a, b) => sign * (a.value.mean - b.value.mean))
  if (ranked.length === 0) return undefined
  const best = ranked[0]!.configuration
  return {
    metric,
    best,
    ranked,
    behindBest(configuration) {
      if (configuration === best) return undefined
      const difference = pairedDifference(bySeed(configuration, metric), bySeed(best, metric))
      return difference && { ...difference, mean: sign * difference.mean }
    },
  }
}

/** Who is best, who follows, and whether the seeds tell them apart. */
export function rankingSentences({ metric, ranked, behindBest }: Ranking): string[] {
  const word = metric.better === 'higher' ? 'Highest' : 'Lowest'
  const [first, second] = ranked
  const { halfWidth, count } = first!.value
  const range =
    halfWidth === undefined
      ? ''
      : ` ± ${metric.format(halfWidth)} (95 % confidence interval of ${count} runs)`
  const sentences = [
    `${word} ${metric.title}: ${first!.configuration.label}, ${metric.format(first!.value.mean)}${range}.`,
  ]
  if (second === undefined) return sentences
  const behind = behindBest(second.configuration)
  const next = `Next: ${second.configuration.label}, ${metric.format(second.value.mean)}`
  if (behind?.halfWidth === undefined) return [...sentences, `${next}.`]
  const difference = `${metric.format(behind.mean)} ± ${metric.format(behind.halfWidth)} behind, paired by seed`
  const apart = Math.abs(behind.mean) > behind.halfWidth
  return [
    ...sentences,
    `${next}, ${difference}: ${apart ? 'a difference' : 'no difference'} that ${behind.count} seeds show.`,
  ]
}
