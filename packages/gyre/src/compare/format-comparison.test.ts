import { expect, it } from 'vitest'
import { comparisonMarkdown, formatComparison } from './format-comparison.js'

it('a generated text is shown on one line, and its markup and control characters are inert', () => {
  const sample = 'The sea\n<b>[x](y)</b> `z` \u001b[31m'
  const base = { method: 'base', trainableParameters: 0, headParameters: 0, adapterFlopsPerToken: 0 }
  const results = [
    {
      ...base,
      learningRate: null,
      effectiveLearningRates: [],
      stepMilliseconds: null,
      peakBytes: 1,
      loss: 1,
      sample,
    },
  ]
  const comparison = {
    task: 'moby-dick',
    seed: 0,
    backend: 'js',
    quick: true,
    node: 'v20',
    baselines: [],
    results,
  }
  expect(formatComparison(comparison)).toContain('base: "The sea <b>[x](y)</b> `z` \uFFFD[31m"')
  expect(comparisonMarkdown(comparison)).toContain(
    '- base: "The sea \\<b\\>\\[x\\](y)\\</b\\> \\`z\\` \uFFFD\\[31m"',
  )
})
