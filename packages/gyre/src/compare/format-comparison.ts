import {
  formatNumber,
  markdownText,
  plainText,
  renderMarkdownTable,
  renderTable,
  type TableCell,
  type TableColumn,
} from '@gyre/report'
import type { AdaptationResult } from './adapt.js'

/** A row that no model was trained for: what a simple rule reaches. */
export interface Baseline {
  readonly name: string
  readonly accuracy: number
}

/** The outcome of a comparison, as it is written to JSON. */
export interface Comparison {
  readonly task: string
  readonly seed: number
  readonly backend: string
  readonly quick: boolean
  readonly node: string
  readonly baselines: readonly Baseline[]
  /** The unadapted base first, where the task has one. */
  readonly results: readonly AdaptationResult[]
}

export function formatComparison(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison)
  return [renderTable(columns, rows), '', ...notes(comparison, plainText)].join('\n')
}

export function comparisonMarkdown(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison)
  const { task, seed, backend, quick, node } = comparison
  const settings = `Task ${task}, seed ${seed}, backend ${backend}, ${quick ? 'quick settings' : 'full settings'}, Node ${node}.`
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
      ? [result.loss, result.bitsPerCharacter, result === base ? undefined : base!.loss! - result.loss!]
      : [result.accuracy]),
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

/** `0.64 → 0.01`: the schedule's rate, and what the method's parameters really learn at. */
function learningRateText({ learningRate, effectiveLearningRates }: AdaptationResult): string | undefined {
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
function notes({ results }: Comparison, clean: (text: string) => string): string[] {
  const head = results.find((result) => result.headParameters > 0)
  const lines = [
    'trainable: parameters of the method; FLOPs/token: what it adds to a forward pass; ms/step: median, two methods at a time.',
    'learning rate α → the rate after the method scales it (BCA: α / p); each tuned alike over four rates.',
  ]
  if (head)
    lines.push(
      `Every method also trains the fresh head: ${formatNumber(head.headParameters)} parameters, not counted above.`,
    )
  for (const { method, sample } of results)
    if (sample !== undefined) lines.push(`${method}: "${clean(sample).trim()}"`)
  return lines
}
