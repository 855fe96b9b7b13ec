import { type Interval, meanOf, pairedDifference } from '@gyre/report'
import type { Measure, StudyResults, StudySetting } from './study-results.js'

/** A setting all of whose seeds are there, and none of them diverged: what is compared. */
export interface ComparedSetting extends StudySetting {
  readonly learningRate: number
  readonly values: ReadonlyMap<string | number, number>
}

/** A task in a model: where settings are compared with each other. */
export interface Place {
  readonly name: string
  readonly model: string
  readonly task: string
  readonly measure: Measure
  /** In the grid's order. */
  readonly compared: readonly ComparedSetting[]
  /** Settings of which runs diverged. */
  readonly diverged: readonly StudySetting[]
}

/** All places of which there is a result, the grid's first ones first. */
export function placesOf({ settings, seeds, measures }: StudyResults): Place[] {
  const names = new Map(settings.map((setting) => [placeName(setting), setting]))
  return [...names].flatMap(([name, { model, task }]): Place[] => {
    const measure = measures[task]
    const all = settings.filter((setting) => placeName(setting) === name)
    if (measure === undefined || all.every(({ finished }) => finished === 0)) return []
    const whole = all.filter((setting) => hasAllSeeds(setting, seeds))
    const diverged = whole.filter(({ runs }) => runs.some(({ value }) => value === null))
    const compared = whole
      .filter((setting) => !diverged.includes(setting))
      .map((setting) => ({
        ...setting,
        learningRate: setting.learningRate!,
        values: new Map(setting.runs.map(({ seed, value }) => [seed, value!])),
      }))
    return [{ name, model, task, measure, compared, diverged }]
  })
}

export function placeName({ model, task }: Pick<StudySetting, 'model' | 'task'>): string {
  return `${model}, ${task}`
}

export function hasAllSeeds({ runs }: StudySetting, seeds: readonly number[]): boolean {
  return seeds.every((seed) => runs.some((run) => run.seed === seed))
}

/** Whether every rate has been tried. */
export function hasRate({ tried, learningRates }: StudySetting): boolean {
  return learningRates.length === 1 || tried.length === learningRates.length
}

/** How much worse one setting is than another, paired by seed: above 0 is worse. */
export function behind(setting: ComparedSetting, other: ComparedSetting, measure: Measure): Interval {
  const difference = pairedDifference(setting.values, other.values)!
  return measure === 'loss' ? difference : { ...difference, mean: 0 - difference.mean }
}

/** The one with the best mean. */
export function bestOf(settings: readonly ComparedSetting[], measure: Measure): ComparedSetting {
  const sign = measure === 'loss' ? 1 : -1
  const score = ({ values }: ComparedSetting): number => sign * meanOf([...values.values()])
  return settings.reduce((a, b) => (score(b) < score(a) ? b : a))
}

/** The p of `bca:p=64:scale=false`. */
export function blockSizeOf({ method }: StudySetting): number {
  return Number(/:p=(\d+)/.exec(method)![1])
}

/** Whether its rate is the lowest or the highest that was tried: a better one may lie beyond. */
export function isAtEdge({
  learningRate,
  learningRates,
}: Pick<ComparedSetting, 'learningRate' | 'learningRates'>): boolean {
  return learningRate === Math.min(...learningRates) || learningRate === Math.max(...learningRates)
}
