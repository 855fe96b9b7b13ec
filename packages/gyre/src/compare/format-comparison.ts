import {
  formatNumber,
  markdownText,
  plainText,
  renderMarkdownTable,
  renderTable,
  type Spread,
  type TableCell,
  type TableColumn,
} from '@gyre/report'
import type { AdaptationResult } from './adapt.js'
import type { ComparisonLength } from './settings.js'
import type { MethodSummary } from './summary.js'

/** A row that no model was trained for: what a simple rule reaches. */
export interface Baseline {
  readonly name: string
  readonly accuracy: number
}

/** The outcome of a comparison, as it is written to JSON. */
export interface Comparison {
  readonly task: string
  readonly length: ComparisonLength
  /** Those of the adaptations; the base has the first one's. */
  readonly seeds: readonly number[]
  readonly backend: string
  readonly node: string
  /** When it ended, as ISO 8601. */
  readonly finishedAt: string
  readonly baselines: readonly Baseline[]
  /** The unadapted base first, where the task has one. */
  readonly results: readonly MethodSummary[]
  /** What the results are the means of. */
  readonly runs: readonly AdaptationResult[]
}

export function formatComparison(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison)
  return [renderTable(columns, rows), '', ...notes(comparison, plainText)].join('\n')
}

export function comparisonMarkdown(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison)
  const { task, seeds, backend, length, node } = comparison
  const seed = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`
  const settings = `Task ${task}, ${seed}, backend ${backend}, ${length} settings, Node ${node}.`
  return [
    `# Comparison of methods`,
    '',
    settings,
    '',
    renderMarkdownTable(columns, rows),
    '',
    ...notes(comparison, markdownText).map((line) => `- ${line}`),
    '',
  ].join('\n')
}

function comparisonTable({ results, baselines }: Comparison): {
  columns: TableColumn[]
  rows: TableCell[][]
} {
  const isLanguageModel = results.some((result) => result.loss !== undefined)
  const base = results.find((result) => result.learningRate === null)
  const measures: TableColumn[] = isLanguageModel
    ? [
        { title: 'loss/token', digits: 3 },
        { title: 'bits/char', digits: 3 },
        { title: 'below base', digits: 3 },
      ]
    : [{ title: 'accuracy', digits: 3 }]
  const columns: TableColumn[] = [
    { title: 'method' },
    ...measures,
    { title: 'trainable' },
    { title: 'FLOPs/token' },
    { title: 'learning rate' },
    { title: 'ms/step' },
    { title: 'peak MB' },
  ]
  const rows = results.map((result): TableCell[] => [
    result.method,
    ...(isLanguageModel
      ? [
          spreadText(result.loss!),
          spreadText(result.bitsPerCharacter!),
          result === base ? undefined : base!.loss!.mean - result.loss!.mean,
        ]
      : [spreadText(result.accuracy!)]),
    result.trainableParameters,
    Math.round(result.adapterFlopsPerToken),
    learningRateText(result),
    result.stepMilliseconds ?? undefined,
    result.peakBytes / 1e6,
  ])
  const baselineRows = baselines.map((baseline): TableCell[] => [
    baseline.name,
    baseline.accuracy,
    ...columns.slice(2).map(() => undefined),
  ])
  return { columns, rows: [...baselineRows, ...rows] }
}

/** `4.25 ± 0.01`; a number where there was one run. */
function spreadText({ mean, deviation }: Spread): TableCell {
  return deviation === 0 ? mean : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`
}

/** `0.64 → 0.01`: the schedule's rate, and what the method's parameters really learn at. */
function learningRateText({ learningRate, effectiveLearningRates }: MethodSummary): string | undefined {
  if (learningRate === null) return undefined
  const effective = effectiveLearningRates[0]!.learningRate
  return effective === learningRate
    ? shortNumber(learningRate)
    : `${shortNumber(learningRate)} → ${shortNumber(effective)}`
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(2)))
}

/** `clean` makes a generated text inert where it is shown: a model may write markup. */
function notes({ results, seeds }: Comparison, clean: (text: string) => string): string[] {
  const head = results.find((result) => result.headParameters > 0)
  const lines = [
    'trainable: parameters of the method; FLOPs/token: what it adds to a forward pass; ms/step: median, two methods at a time.',
    'learning rate α → the rate after the method scales it (BCA: α / p); each tuned alike over four rates.',
  ]
  if (seeds.length > 1) {
    lines.push(
      `Mean ± standard deviation of ${seeds.length} runs of each method on one base, which differ in the order of the data and the numbers that an adapter starts from.`,
    )
  }
  if (head)
    lines.push(
      `Every method also trains the fresh head: ${formatNumber(head.headParameters)} parameters, not counted above.`,
    )
  for (const { method, sample } of results)
    if (sample !== undefined) lines.push(`${method}: "${clean(sample).trim()}"`)
  return lines
}
