import { type Configuration, configurationsOf, overRuns, varyingSettings } from './configurations.js'
import { curveFigures } from './curve-figures.js'
import { type Metric, metricsAmong, shortNumber } from './metrics.js'
import { judge, type Ranking, rankingSentences } from './ranking.js'
import type { ResultRecord } from './record.js'
import type { Figure, ReportCell, ReportColumn, ReportSection, ReportTable } from './results-report.js'
import { tradeoffFigures } from './tradeoff-figures.js'
import { triedRates } from './tried-rates.js'
import { counted, listOf } from './words.js'

/** What runs on one task come to: the measures, what they cost, how the training went, which block sizes were chosen. */
export function trainingSection(
  id: string,
  title: string,
  records: readonly ResultRecord[],
): { readonly section: ReportSection; readonly sentences: readonly string[] } {
  const isTuning = ({ settings }: ResultRecord): boolean => settings.tuning === true
  const configurations = configurationsOf(records.filter((record) => !isTuning(record)))
  const metrics = metricsAmong(
    records.flatMap(({ metrics }) => Object.keys(metrics)).filter((name) => name !== 'diverged'),
  )
  const ranking = judge(configurations, metrics)
  const tried = triedRates(id, records.filter(isTuning), metrics)
  const blockSizes = blockSizeParts(id, configurations)
  const tables = [
    ...(configurations.length > 0 ? [resultsTable(id, configurations, metrics, ranking)] : []),
    ...costsTable(id, configurations, metrics),
    ...blockSizes.tables,
    ...tried.tables,
  ]
  const figures: Figure[] = [
    ...(ranking ? tradeoffFigures(id, configurations, ranking) : []),
    ...curveFigures(id, configurations),
    ...blockSizes.figures,
    ...tried.figures,
  ]
  const sentences = [...countSentences(configurations, records.filter(isTuning).length)]
  if (ranking) sentences.push(...rankingSentences(ranking))
  const diverged = configurations.filter((each) => divergedRuns(each) > 0)
  if (diverged.length > 0) sentences.push(`Diverged: ${listOf(diverged.map(({ label }) => label))}.`)
  return { section: { id, title, paragraphs: commonSettings(records), tables, figures }, sentences }
}

function divergedRuns({ runs }: Configuration): number {
  return runs.filter(({ metrics }) => metrics.diverged === 1).length
}

function countSentences(configurations: readonly Configuration[], tuningRuns: number): string[] {
  const runs = configurations.reduce((total, each) => total + each.runs.length, 0)
  const seeds = seedsOf(configurations.flatMap((each) => each.runs))
  const tuning = tuningRuns > 0 ? `; ${counted(tuningRuns, 'more run')} to choose learning rates` : ''
  const seedText = seeds.length > 0 ? `, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}` : ''
  if (runs === 0) return [`${counted(tuningRuns, 'run')} to choose learning rates, and none yet to compare.`]
  return [`${counted(configurations.length, 'configuration')}, ${counted(runs, 'run')}${seedText}${tuning}.`]
}

/** The seeds of runs, from the smallest on. */
export function seedsOf(records: readonly ResultRecord[]): number[] {
  const seeds = records.flatMap(({ settings: { seed } }) => (typeof seed === 'number' ? [seed] : []))
  return [...new Set(seeds)].sort((a, b) => a - b)
}

/** Settings that all runs share, which would fill columns with one value. */
export function commonSettings(records: readonly ResultRecord[]): string[] {
  const varying = new Set([
    ...varyingSettings(records.map(({ settings }) => settings)),
    ...['seed', 'tuning', 'row', 'budget'],
  ])
  const common = Object.entries(records[0]?.settings ?? {}).filter(
    ([name, value]) => !varying.has(name) && value !== null && value !== '{}',
  )
  if (common.length === 0) return []
  return [`In common: ${common.map(([name, value]) => `${name} ${value}`).join(', ')}.`]
}

function resultsTable(
  id: string,
  configurations: readonly Configuration[],
  metrics: readonly Metric[],
  ranking: Ranking | undefined,
): ReportTable {
  const varying = varyingSettings(configurations.map(({ settings }) => settings))
  const shown = varying.filter((name) => !['method', 'rate'].includes(name))
  const measured = metrics.filter(({ role }) => role !== 'cost')
  const several = configurations.some(({ runs }) => runs.length > 1)
  const diverged = configurations.some((each) => divergedRuns(each) > 0)
  const columns: ReportColumn[] = [
    { title: 'configuration' },
    ...shown.map((title) => ({ title, format: shortNumber })),
    ...measured.map(({ title, format }) => ({ title, format })),
    ...(ranking && several ? [{ title: `behind the best`, format: ranking.metric.format }] : []),
    { title: 'runs' },
    ...(diverged ? [{ title: 'of them diverged' }] : []),
  ]
  const rows = configurations.map((each): ReportCell[] => [
    each.label,
    ...shown.map((name) => settingCell(each.settings[name])),
    ...measured.map((metric) => overRuns(each, metric)),
    ...(ranking && several ? [ranking.behindBest(each)] : []),
    each.runs.length,
    ...(diverged ? [divergedRuns(each)] : []),
  ])
  const note = [
    several
      ? '± is half the 95 % confidence interval by Student’s t over the runs of a configuration, which differ in their seed.'
      : '',
    ranking && several
      ? `Behind the best, ${ranking.best.label}, is the mean difference in ${ranking.metric.title}, paired by seed.`
      : '',
  ].join(' ')
  return { id: `${id}-results`, title: 'Results', note: note.trim(), columns, rows }
}

function settingCell(value: string | number | boolean | null | undefined): ReportCell {
  if (value === null || value === undefined) return undefined
  return typeof value === 'boolean' ? String(value) : value
}

function costsTable(
  id: string,
  configurations: readonly Configuration[],
  metrics: readonly Metric[],
): ReportTable[] {
  const costs = metrics.filter(
    (metric) =>
      metric.role === 'cost' && configurations.some((each) => (overRuns(each, metric)?.mean ?? 0) > 0),
  )
  if (costs.length === 0) return []
  return [
    {
      id: `${id}-costs`,
      title: 'Costs',
      note: 'Parameters and FLOPs are counted by tracing; times and memory are measured: means over the runs, of memory the largest.',
      columns: [{ title: 'configuration' }, ...costs.map(({ title, format }) => ({ title, format }))],
      rows: configurations.map((each) => [
        each.label,
        ...costs.map((metric) => overRuns(each, metric)?.mean),
      ]),
    },
  ]
}

/** The block sizes that runs chose, a column for each run. */
function blockSizeParts(
  id: string,
  configurations: readonly Configuration[],
): { readonly tables: readonly ReportTable[]; readonly figures: readonly Figure[] } {
  const runs = configurations.flatMap(({ label, runs }) =>
    runs.flatMap(({ blockSizes, settings: { seed } }) =>
      blockSizes ? [{ name: runs.length > 1 ? `${label}, seed ${seed}` : label, blockSizes }] : [],
    ),
  )
  if (runs.length === 0) return { tables: [], figures: [] }
  const sites = [...new Set(runs.flatMap(({ blockSizes }) => Object.keys(blockSizes)))].sort(
    new Intl.Collator('en', { numeric: true }).compare,
  )
  const names = runs.map(({ name }) => name)
  const values = sites.map((site) =>
    runs.map(({ blockSizes }) => (Object.hasOwn(blockSizes, site) ? blockSizes[site] : undefined)),
  )
  const title = 'Block sizes by layer'
  return {
    tables: [
      {
        id: `${id}-block-sizes`,
        title,
        note: 'A dash, or 0, is a layer without an adapter.',
        columns: [{ title: 'layer' }, ...names.map((name) => ({ title: name }))],
        rows: sites.map((site, i) => [site, ...values[i]!]),
      },
    ],
    figures: [
      {
        kind: 'grid',
        id: `${id}-block-sizes-plot`,
        title,
        description: `${counted(sites.length, 'layer')} by ${counted(runs.length, 'run')}; each cell has its block size written in it.`,
        columns: names,
        rows: sites.map((label, i) => ({ label, values: values[i]! })),
      },
    ],
  }
}
