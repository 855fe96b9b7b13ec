import {
  confidenceInterval,
  formatNumber,
  type Interval,
  renderMarkdownTable,
  type TableCell,
} from '@gyre/report'
import { behind, bestOf, blockSizeOf, hasRate, isAtEdge, type Place, placeName } from './places.js'
import type { Measure, StudyResults, StudySetting } from './study-results.js'
import { isBudgetOf } from './verdicts.js'

/** What the settings of a place come to, under a heading; `figure` is the file of its picture. */
export function placeSection(place: Place, results: StudyResults, figure: string | undefined): string {
  const parts = [`### ${place.model}, ${place.task}`]
  if (place.compared.length === 0) parts.push(triedTable(place, results))
  else parts.push(sizesTable(place), ...matchedTable(place))
  if (figure !== undefined) parts.push(`![${measureTitles[place.measure]} against cost](${figure})`)
  if (place.diverged.length > 0) {
    parts.push(`Diverged: ${place.diverged.map(({ method }) => method).join(', ')}.`)
  }
  return parts.join('\n\n')
}

const measureTitles: { readonly [Name in Measure]: string } = {
  accuracy: 'Accuracy',
  loss: 'Loss per token',
}

/** BCA's sizes, and the methods that have none: what they reach, and what that costs. */
function sizesTable({ compared, measure }: Place): string {
  const own = compared.filter(({ budget }) => budget === null)
  const best = bestOf(own, measure)
  const rows = own.map((setting): TableCell[] => [
    nameOf(setting),
    setting.trainableParameters,
    `${setting.learningRate}${isAtEdge(setting) ? ' *' : ''}`,
    intervalText(confidenceInterval([...setting.values.values()]), 3),
    setting === best ? '' : intervalText(behind(setting, best, measure), 3),
    setting.flopsPerToken / 1e6,
    intervalText(confidenceInterval(setting.runs.map((run) => run.processorSeconds)), 1),
    intervalText(confidenceInterval(setting.runs.map((run) => run.peakBytes / 1e6)), 0),
  ])
  const table = renderMarkdownTable(
    [
      { title: 'method' },
      { title: 'trained' },
      { title: 'rate' },
      { title: measureTitles[measure].toLowerCase() },
      { title: `behind ${nameOf(best)}` },
      { title: 'MFLOPs per token', digits: 2 },
      { title: 's of a processor' },
      { title: 'peak MB' },
    ],
    rows,
  )
  return own.some(isAtEdge)
    ? `${table}\n\n\\* the lowest or highest rate that was tried: a better one may lie beyond.`
    : table
}

/** At each of BCA's budgets, how much worse the other methods are. */
function matchedTable({ compared, measure }: Place): string[] {
  const others = compared.filter(({ budget }) => budget !== null)
  const rows = [...new Set(others.map(({ row }) => row))]
  const budgets = compared.filter(
    (setting) => setting.row === 'bca' && others.some((other) => isBudgetOf(setting, other)),
  )
  if (budgets.length === 0) return []
  const table = renderMarkdownTable(
    [
      { title: 'budget' },
      { title: 'of BCA, p' },
      { title: `BCA’s ${measureTitles[measure].toLowerCase()}` },
      ...rows.map((row) => ({ title: `${row} behind` })),
    ],
    budgets.map((own): TableCell[] => [
      own.trainableParameters,
      blockSizeOf(own),
      intervalText(confidenceInterval([...own.values.values()]), 3),
      ...rows.map((row) => {
        const rival = others.find((other) => other.row === row && isBudgetOf(own, other))
        return rival && intervalText(behind(rival, own, measure), 3)
      }),
    ]),
  )
  return [
    `Other methods with at most as many numbers, beside BCA: above 0 is worse than BCA, paired by seed.`,
    table,
  ]
}

/** As long as no seeds are there: the best of the rates that were tried. */
function triedTable({ name, measure }: Place, { settings }: StudyResults): string {
  const tuned = settings.filter((setting) => placeName(setting) === name && hasRate(setting))
  if (tuned.length === 0) return 'No size has all of its rates tried yet.'
  const sign = measure === 'loss' ? 1 : -1
  const rows = tuned.map((setting): TableCell[] => {
    const there = setting.tried.flatMap(({ learningRate, value }) =>
      value === null ? [] : [{ learningRate, value }],
    )
    if (there.length === 0) return [setting.method, setting.trainableParameters, 'diverged', undefined]
    const best = there.reduce((a, b) => (sign * b.value < sign * a.value ? b : a))
    return [
      setting.method,
      setting.trainableParameters,
      `${best.learningRate}${isAtEdge({ ...setting, ...best }) ? ' *' : ''}`,
      best.value,
    ]
  })
  return [
    'No seeds to compare yet. The runs that choose learning rates, of one seed and measured on the end of the training data, reached at their best rate:',
    renderMarkdownTable(
      [
        { title: 'method' },
        { title: 'trained' },
        { title: 'best rate' },
        { title: measureTitles[measure].toLowerCase(), digits: 3 },
      ],
      rows,
    ),
    '\\* the lowest or highest rate that was tried. The best of several runs flatters a method, and one seed tells little apart: these numbers choose rates and decide nothing here.',
  ].join('\n\n')
}

function nameOf(setting: StudySetting): string {
  return setting.row === 'bca' ? `BCA, p=${blockSizeOf(setting)}` : setting.method
}

function intervalText({ mean, halfWidth }: Interval, digits: number): string {
  const text = formatNumber(mean, digits)
  return halfWidth === undefined ? text : `${text} ± ${formatNumber(halfWidth, digits)}`
}
