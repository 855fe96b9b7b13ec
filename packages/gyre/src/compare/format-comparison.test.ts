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
      loss: { mean: 1, deviation: 0 },
      bitsPerCharacter: { mean: 1, deviation: 0 },
      runs: 1,
      sample,
    },
  ]
  const comparison = {
    task: 'moby-dick',
    length: 'quick' as const,
    seeds: [0],
    backend: 'js',
    node: 'v20',
    finishedAt: '',
    baselines: [],
    results,
    runs: [],
  }
  expect(formatComparison(comparison)).toContain('base: "The sea <b>[x](y)</b> `z` \uFFFD[31m"')
  expect(comparisonMarkdown(comparison)).toContain(
    '- base: "The sea \\<b\\>\\[x\\](y)\\</b\\> \\`z\\` \uFFFD\\[31m"',
  )
})
