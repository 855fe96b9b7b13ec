import { confidenceInterval, type Interval } from '../statistics.js'
import type { Metric } from './metrics.js'
import type { ResultRecord } from './record.js'

/** Runs that differ in nothing but their seed. */
export interface Configuration {
  /** Its method, and as many of its other settings as tell it from the others. */
  readonly label: string
  /** What is drawn alike: the method without its size. */
  readonly family: string
  readonly settings: ResultRecord['settings']
  readonly runs: readonly ResultRecord[]
}

/** Settings that tell runs of one configuration apart, or that decide nothing. */
const notDeciding = new Set(['seed', 'tuning', 'budget', 'row'])
/** Settings whose value says enough without their name, in the order in which a label has them. */
const selfExplaining = ['method', 'case', 'system', 'rate']

/** The records by configuration, in the order of their first ones. */
export function configurationsOf(records: readonly ResultRecord[]): Configuration[] {
  const groups = groupBy(records, ({ settings }) => JSON.stringify(deciding(settings)))
  const all = [...groups.values()]
  const labels = labelsOf(all.map(([first]) => first!.settings))
  return all.map((runs, i) => {
    const { row, method, rate } = runs[0]!.settings
    const family = rate ?? row ?? (typeof method === 'string' ? method.split(':')[0]! : method) ?? ''
    return { label: labels[i]!, family: String(family), settings: runs[0]!.settings, runs }
  })
}

function deciding(settings: ResultRecord['settings']): [string, unknown][] {
  return Object.entries(settings)
    .filter(([name]) => !notDeciding.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The shortest labels that differ: the method, then one setting after the other as long as it tells some apart. */
function labelsOf(all: readonly ResultRecord['settings'][]): string[] {
  const names = [...selfExplaining, ...varyingSettings(all).filter((name) => !selfExplaining.includes(name))]
  let labels = all.map(() => '')
  for (const name of names) {
    const longer = labels.map((label, i) => {
      const value = all[i]![name]
      if (value === undefined || value === null) return label
      const text = selfExplaining.includes(name) ? String(value) : `${name} ${value}`
      return label === '' ? text : `${label}, ${text}`
    })
    if (new Set(longer).size > new Set(labels).size || labels.every((label) => label === '')) labels = longer
  }
  return labels.map((label) => (label === '' ? 'all' : label))
}

/** The settings that are not the same for all, but for those that decide nothing. */
export function varyingSettings(all: readonly ResultRecord['settings'][]): string[] {
  const names = [...new Set(all.flatMap((settings) => Object.keys(settings)))]
  return names.filter(
    (name) => !notDeciding.has(name) && new Set(all.map((settings) => settings[name] ?? null)).size > 1,
  )
}

/** A metric over the runs of a configuration that have it, in its unit; undefined where none has. */
export function overRuns(
  { runs }: Configuration,
  { name, overRuns, unit = 1 }: Metric,
): Interval | undefined {
  const values = runs.flatMap(({ metrics: { [name]: value } }) =>
    value !== undefined && Number.isFinite(value) ? [value / unit] : [],
  )
  if (values.length === 0) return undefined
  if (overRuns === 'largest') {
    return { mean: Math.max(...values), halfWidth: undefined, count: values.length }
  }
  return confidenceInterval(values)
}

/** A metric of each run by its seed, in the unit of the results. */
export function bySeed({ runs }: Configuration, { name }: Metric): Map<string, number> {
  return new Map(
    runs.flatMap(({ settings: { seed }, metrics }) =>
      seed !== undefined && Number.isFinite(metrics[name]) ? [[String(seed), metrics[name]!] as const] : [],
    ),
  )
}

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
