import { describe, expect, it } from 'vitest'
import { comparisonChart } from './comparison-chart.js'
import type { MethodSummary } from './summary.js'

const result = (method: string, measured: Partial<MethodSummary>): MethodSummary => ({
  method,
  runs: 1,
  trainableParameters: 3072,
  headParameters: 0,
  adapterFlopsPerToken: 0,
  learningRate: null,
  effectiveLearningRates: [],
  stepMilliseconds: null,
  peakBytes: 0,
  ...measured,
})
const one = (mean: number) => ({ mean, deviation: 0 })
const shared = { seeds: [0], backend: 'js', length: 'full', node: 'v20', finishedAt: '', runs: [] } as const

describe('comparisonChart', () => {
  it('shows the loss of each method and the numbers that it trained', () => {
    const results = [
      result('base', { loss: one(5), trainableParameters: 0 }),
      result('bca:p=64', { loss: one(4) }),
    ]
    const svg = comparisonChart({ ...shared, task: 'moby-dick', baselines: [], results })
    expect(svg).toContain('moby-dick: loss per token (lower is better)')
    expect(svg).toContain('5.000 · 0 trained')
    expect(svg).toContain('4.000 · 3,072 trained')
  })

  it('shows accuracy with the baselines where no language is modelled', () => {
    const baselines = [{ name: 'naive Bayes', accuracy: 0.7 }]
    const results = [result('head', { accuracy: one(0.6) })]
    const svg = comparisonChart({ ...shared, task: 'era', length: 'quick', baselines, results })
    expect(svg).toContain('era, quick settings: accuracy (higher is better)')
    expect(svg.indexOf('naive Bayes')).toBeLessThan(svg.indexOf('head'))
  })
})
