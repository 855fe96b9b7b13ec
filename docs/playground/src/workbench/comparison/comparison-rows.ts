import { formatNumber, type Metric, renderMarkdownTable } from '@gyre/report'
import { readMethodText } from '@gyre/train'
import { approximately, exactly, fourDigits, inMebibytes, percent } from '../../interface/numbers.js'
import type { Measured } from '../contract.js'
import { shownOptions } from '../forms/method-text.js'
import {
  baseOf,
  dataNameOf,
  measureName,
  methodTextOf,
  mostBackendBytes,
  stepMilliseconds,
  targetWords,
  tokensPerSecond,
} from '../runs/run-words.js'
import { curvesOf } from './run-curves.js'
import { nameRuns } from './run-names.js'
import type { RunSnapshot } from './run-snapshot.js'
import { metricsOf, taskGroupsOf } from './task-groups.js'

/** A line of the table, with a cell for each run. */
export interface ComparisonRow {
  readonly title: string
  readonly cells: readonly (string | undefined)[]
}

/** What the runs are, cost and reach, a column for each; lines in which nobody has anything are left out. */
export function comparisonRows(runs: readonly RunSnapshot[]): ComparisonRow[] {
  const row = (title: string, cellOf: (run: RunSnapshot) => string | undefined): ComparisonRow => ({
    title,
    cells: runs.map(cellOf),
  })
  const rows = [
    row('state', ({ progress }) => progress),
    row('why it stopped', ({ failure }) => failure),
    row('data', dataNameOf),
    row('base model', baseOf),
    row('block size or rank', sizeOf),
    row('layers', ({ settings, facts }) => {
      const trained = settings ?? facts?.loaded
      return trained && targetWords(trained)
    }),
    row('learning rate: asked → applied', learningRates),
    row('of the head', headRate),
    row('batch', ({ settings }) => settings && `${settings.batchSize} × ${settings.sequenceLength} tokens`),
    row('seed', ({ settings }) => settings && String(settings.seed)),
    row('trained parameters', trainedParameters),
    row('and in the head', ({ facts }) =>
      facts?.headParameters ? exactly(facts.headParameters) : undefined,
    ),
    row('FLOPs/token, forward', ({ facts }) => facts && approximately(facts.forwardFlopsPerToken)),
    row(
      'FLOPs/token, added by the adapter',
      ({ facts }) => facts && approximately(facts.adapterFlopsPerToken),
    ),
    row('FLOPs/token, training', ({ facts }) => facts && approximately(facts.trainingFlopsPerToken)),
    row('tokens/s', ({ steps }) => {
      const speed = tokensPerSecond(steps)
      return speed === undefined ? undefined : exactly(speed)
    }),
    row('ms/step', ({ steps }) => {
      const time = stepMilliseconds(steps)
      return time === undefined ? undefined : formatNumber(time, time < 10 ? 1 : 0)
    }),
    row('memory of the backend, at most', ({ steps }) => {
      const bytes = mostBackendBytes(steps)
      return bytes > 0 ? inMebibytes(bytes) : undefined
    }),
    row('training loss, smoothed', ({ steps, settings }) => {
      const loss = curvesOf(steps, settings).loss.smooth.at(-1)
      return loss === undefined ? undefined : fourDigits(loss)
    }),
    ...measureRows(runs),
    row('backend', ({ facts }) => facts?.backend),
  ]
  return rows.filter(({ cells }) => cells.some((cell) => cell !== undefined))
}

/** The table in Markdown. */
export function comparisonMarkdown(runs: readonly RunSnapshot[]): string {
  const columns = ['', ...nameRuns(runs)].map((title) => ({ title }))
  return renderMarkdownTable(
    columns,
    comparisonRows(runs).map(({ title, cells }) => [title, ...cells]),
  )
}

/** The last of what was measured, and the best of what judges a task. */
function measureRows(runs: readonly RunSnapshot[]): ComparisonRow[] {
  const judging = taskGroupsOf(runs).map(({ metric }) => metric?.name)
  return metricsOf(runs).flatMap((metric) => {
    const title = `held out: ${measureName(metric.name)}`
    const last = {
      title: `${title}, last`,
      cells: runs.map(({ measured }) => measuredText(metric, valuesOf(measured, metric).at(-1))),
    }
    if (!judging.includes(metric.name)) return [last]
    const best = runs.map(({ measured }) => {
      const all = valuesOf(measured, metric)
      return all.length < 2 ? undefined : measuredText(metric, bestOf(all, metric))
    })
    return [last, { title: `${title}, best`, cells: best }]
  })
}

function valuesOf(measured: readonly Measured[], { name }: Metric): Measured[] {
  return measured.filter(({ measures }) => Object.hasOwn(measures, name))
}

function bestOf(measured: readonly Measured[], { name, better }: Metric): Measured {
  return measured.reduce((best, other) => {
    const [value, otherValue] = [best.measures[name]!, other.measures[name]!]
    const isBetter = better === 'higher' ? otherValue > value : otherValue < value
    return isBetter || Number.isNaN(value) ? other : best
  })
}

function measuredText({ name }: Metric, measured: Measured | undefined): string | undefined {
  if (!measured) return undefined
  const { step, complete, measures } = measured
  return `${fourDigits(measures[name]!)} at step ${exactly(step)}${complete ? '' : ', on a part'}`
}

/** `p = 16`, `r = 8`; where the gradients chose block sizes, from which to which. */
function sizeOf(run: RunSnapshot): string | undefined {
  const chosen = Object.values(run.facts?.blockSizes ?? {})
  if (chosen.length > 0) {
    const [low, high] = [Math.min(...chosen), Math.max(...chosen)]
    return `p = ${low === high ? low : `${low} to ${high}, by layer`}`
  }
  const method = methodTextOf(run)
  if (method === undefined) return undefined
  const text = readMethodText(method)
  const size = shownOptions(text).find(({ name, syntax }) => ['p', 'r', 'n'].includes(syntax.alias ?? name))
  return size && `${size.syntax.alias ?? size.name} = ${text.options[size.name] ?? size.defaultText}`
}

/** What was asked for, and what the method made of it: by layer, where block sizes differ. */
function learningRates({ settings, facts }: RunSnapshot): string | undefined {
  if (!settings) return undefined
  const asked = shortRate(settings.learningRate)
  const applied = (facts?.learningRates ?? []).flatMap(({ group, learningRate }) =>
    group === 'head' ? [] : [learningRate],
  )
  if (applied.length === 0) return asked
  const [low, high] = [shortRate(Math.min(...applied)), shortRate(Math.max(...applied))]
  if (low !== high) return `${asked} → ${low} to ${high}`
  return low === asked ? asked : `${asked} → ${low}`
}

function headRate({ facts }: RunSnapshot): string | undefined {
  const head = facts?.learningRates.find(({ group }) => group === 'head')
  return head && shortRate(head.learningRate)
}

function trainedParameters({ facts }: RunSnapshot): string | undefined {
  if (!facts) return undefined
  return `${exactly(facts.trainableParameters)} (${percent(facts.trainableParameters / facts.modelParameters)})`
}

function shortRate(rate: number): string {
  return String(Number(rate.toPrecision(3)))
}
