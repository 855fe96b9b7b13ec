import type { Interval } from '@gyre/report'
import { behind, bestOf, blockSizeOf, type ComparedSetting, type Place } from './places.js'
import type { Measure, StudyResults } from './study-results.js'

/** Two settings that are no further apart than this are called level: a choice, made before the results. */
export const margins: { readonly [Name in Measure]: number } = { accuracy: 0.02, loss: 0.05 }

/**
 * What the seeds say of a size beside the best one. Level: the whole 95 % interval of how far it is behind lies below the
 * margin. Behind: the whole interval lies above 0, and not below the margin. Open: neither.
 */
export type Verdict = 'level' | 'behind' | 'open'

export interface JudgedSize {
  readonly blockSize: number
  readonly setting: ComparedSetting
  /** Of the best size itself, 0 without an interval. */
  readonly behindBest: Interval
  readonly verdict: Verdict
}

/** BCA's sizes at a place, of which all that the grid has are there. */
export interface JudgedPlace {
  readonly place: Place
  readonly best: JudgedSize
  /** The smallest block first. */
  readonly sizes: readonly JudgedSize[]
  /** The largest block that is level with the best size; undefined where a single seed tells nothing apart. */
  readonly suggested: JudgedSize | undefined
  /** The largest size that the layers can take: their width. */
  readonly width: number
}

/** Judges the sizes of BCA where the grid's every size of it has all its seeds. */
export function judgePlaces(places: readonly Place[], { settings }: StudyResults): JudgedPlace[] {
  return places.flatMap((place): JudgedPlace[] => {
    const planned = settings.filter(
      ({ model, task, row }) => model === place.model && task === place.task && row === 'bca',
    )
    const own = place.compared.filter(({ row }) => row === 'bca')
    const missing = planned.filter(
      ({ method }) => ![...own, ...place.diverged].some((each) => each.method === method),
    )
    if (missing.length > 0 || own.length < 2) return []
    return [judge(place, own, Math.max(...planned.map(blockSizeOf)))]
  })
}

function judge(place: Place, own: readonly ComparedSetting[], width: number): JudgedPlace {
  const { measure } = place
  const bestSetting = bestOf(own, measure)
  const sizes = own
    .map((setting): JudgedSize => {
      const blockSize = blockSizeOf(setting)
      const isBest = setting === bestSetting
      const count = setting.values.size
      const behindBest = isBest
        ? { mean: 0, halfWidth: undefined, count }
        : behind(setting, bestSetting, measure)
      return { blockSize, setting, behindBest, verdict: isBest ? 'level' : verdictOf(behindBest, measure) }
    })
    .sort((a, b) => a.blockSize - b.blockSize)
  const best = sizes.find(({ setting }) => setting === bestSetting)!
  const single = bestSetting.values.size < 2
  const suggested = single ? undefined : sizes.findLast(({ verdict }) => verdict === 'level')
  return { place, best, sizes, suggested, width }
}

export function verdictOf({ mean, halfWidth }: Interval, measure: Measure): Verdict {
  if (halfWidth === undefined) return 'open'
  if (mean + halfWidth <= margins[measure]) return 'level'
  return mean - halfWidth > 0 ? 'behind' : 'open'
}

/** How BCA's sizes fare beside another method with at most as many numbers. */
export interface Rivalry {
  readonly row: string
  /** Budgets at which the seeds show the other method better, worse, or neither. */
  readonly ahead: number
  readonly behind: number
  readonly open: number
}

/** BCA beside every method that is matched to its budgets, over all places. */
export function rivalries(places: readonly Place[]): Rivalry[] {
  const rows = new Set(
    places.flatMap(({ compared }) => compared.flatMap(({ row, budget }) => (budget === null ? [] : [row]))),
  )
  return [...rows].map((row) => {
    const counts = { ahead: 0, behind: 0, open: 0 }
    for (const place of places) {
      for (const rival of place.compared.filter((setting) => setting.row === row)) {
        const own = place.compared.find((setting) => setting.row === 'bca' && isBudgetOf(setting, rival))
        if (own === undefined) continue
        const { mean, halfWidth } = behind(rival, own, place.measure)
        const shown = halfWidth !== undefined && Math.abs(mean) > halfWidth
        counts[shown ? (mean > 0 ? 'behind' : 'ahead') : 'open']++
      }
    }
    return { row, ...counts }
  })
}

/** Whether a setting is the size of BCA that another method is matched to. */
export function isBudgetOf(own: ComparedSetting, rival: ComparedSetting): boolean {
  return own.trainableParameters === rival.budget
}
