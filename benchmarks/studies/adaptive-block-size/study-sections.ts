import { formatNumber, meanOf, pairedDifference, renderMarkdownTable, type TableCell } from '@gyre/report'
import { formatSeeds } from '../document-section.js'
import type { CellResult, Sizing } from './run-cell.js'
import type { StudyBlock, StudyResults, StudyRow } from './study-results.js'

/** The parts of docs/adaptive-block-size.md that are made from the results, by the names of their marks. */
export function sectionsOf(results: StudyResults): { readonly [name: string]: string } {
  return { comparison: comparison(results), captured: captured(results), sizes: chosenSizes(results) }
}

const sizingNames: { readonly [Name in Sizing]: string } = {
  uniform: 'uniform',
  energy: 'auto',
  magnitude: 'by magnitude',
}

function nameOf({ sizing }: StudyRow, { p }: StudyBlock): string {
  return sizing === 'uniform' ? `uniform, p=${p}` : sizingNames[sizing]
}

function comparison({ blocks }: StudyResults): string {
  const accuraciesOf = ({ runs }: StudyRow): number[] => runs.flatMap(({ accuracy }) => accuracy ?? [])
  const classifies = blocks.some(({ rows }) => rows.some((row) => accuraciesOf(row).length > 0))
  const rows = blocks.flatMap((block) =>
    block.rows.map((row): TableCell[] => [
      block.title,
      formatNumber(block.budget),
      nameOf(row, block),
      String(row.learningRate),
      formatSeeds(row.runs.map(({ loss }) => loss)),
      row.sizing === 'uniform' ? '' : behind(row, block.rows[0]!),
      ...(classifies ? [accuraciesOf(row).length > 0 ? formatSeeds(accuraciesOf(row)) : undefined] : []),
    ]),
  )
  const loss = classifies ? 'loss per token, or piece' : 'loss per token'
  const titles = ['task', 'budget', 'block sizes', 'rate', loss, 'minus uniform']
  const seeds = blocks[0]!.rows[0]!.runs.length
  const madeWith = new Set(blocks.map(({ backend, node }) => `${backend}, Node ${node}`))
  const steps = new Set(blocks.map(({ steps }) => steps))
  return [
    table(classifies ? [...titles, 'accuracy'] : titles, rows),
    `${[...steps].join(' or ')} steps; ${seeds} seeds, with mean and standard deviation; the difference with its 95 % confidence interval, paired by seed. ${[...madeWith].join('; ')}.`,
  ].join('\n\n')
}

/** The mean of the differences at each seed, and half the width of its 95 % confidence interval. */
function behind(row: StudyRow, other: StudyRow): string {
  const bySeed = ({ runs }: StudyRow) => new Map(runs.map(({ loss }, seed) => [seed, loss]))
  const { mean, halfWidth } = pairedDifference(bySeed(row), bySeed(other))!
  return `${mean > 0 ? '+' : ''}${mean.toFixed(3)} ± ${halfWidth!.toFixed(3)}`
}

function captured({ blocks }: StudyResults): string {
  const rows = blocks.flatMap((block) =>
    block.rows.map((row): TableCell[] => [
      block.title,
      formatNumber(block.budget),
      nameOf(row, block),
      formatNumber(meanOf(row.runs.map(({ blockSizes }) => Object.keys(blockSizes).length)), 1),
      ...(['chosenBy', 'fresh', 'afterTraining'] as const).map((when) => percent(row.runs, when)),
    ]),
  )
  const moments = ['the batches chosen by', 'other batches', 'after training']
  return table(['task', 'budget', 'block sizes', 'layers', ...moments], rows)
}

function percent(runs: readonly CellResult[], when: keyof CellResult['captured']): string {
  return `${formatNumber(100 * meanOf(runs.map(({ captured }) => captured[when])), 1)} %`
}

function chosenSizes({ blocks }: StudyResults): string {
  const rows = blocks.flatMap((block) =>
    block.rows.flatMap((row) => {
      if (row.sizing !== 'energy') return []
      const sites = new Set(row.runs.flatMap(({ blockSizes }) => Object.keys(blockSizes)))
      return [...sites]
        .sort()
        .map((site): TableCell[] => [
          block.title,
          formatNumber(block.budget),
          site,
          row.runs.map(({ blockSizes }) => blockSizes[site] ?? '–').join(', '),
        ])
    }),
  )
  return table(['task', 'budget', 'site', 'block size by seed'], rows)
}

function table(titles: readonly string[], rows: readonly TableCell[][]): string {
  return renderMarkdownTable(
    titles.map((title) => ({ title })),
    rows,
  )
}
