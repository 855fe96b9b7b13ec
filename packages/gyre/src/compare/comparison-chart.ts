import { type Bar, formatNumber, renderBarChart } from '@gyre/report'
import type { Comparison } from './format-comparison.js'

/** The comparison's measure as a bar for each method, in SVG: loss per token, or accuracy. */
export function comparisonChart({ task, length, baselines, results }: Comparison): string {
  const isLanguageModel = results.some((result) => result.loss !== undefined)
  const measure = isLanguageModel ? 'loss per token (lower is better)' : 'accuracy (higher is better)'
  const bars: Bar[] = [
    ...baselines.map(({ name, accuracy }) => ({ label: name, value: accuracy })),
    ...results.map(({ method, loss, accuracy, trainableParameters }) => ({
      label: method,
      value: (loss ?? accuracy!).mean,
      note: `${formatNumber(trainableParameters)} trained`,
    })),
  ]
  const title = `${task}${length === 'full' ? '' : `, ${length} settings`}: ${measure} on held-out text`
  return renderBarChart({ title, bars, digits: 3 })
}
