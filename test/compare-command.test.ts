import { readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseMethod } from '@gyre/train'
import { createModel, type ModelConfig } from '@gyre/transformers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AdaptationJob, adapt } from '../packages/gyre/src/compare/adapt.js'
import { prepareBaseModel } from '../packages/gyre/src/compare/base-model.js'
import {
  type Comparison,
  comparisonMarkdown,
  formatComparison,
} from '../packages/gyre/src/compare/format-comparison.js'
import { runJobs } from '../packages/gyre/src/compare/run-jobs.js'
import {
  type ComparisonSettings,
  comparisonSettings,
  comparisonTasks,
  withBlockCirculantRow,
} from '../packages/gyre/src/compare/settings.js'
import { type MethodSummary, summarize } from '../packages/gyre/src/compare/summary.js'
import type { Progress } from '../packages/gyre/src/progress.js'
import { complaintOf, temporaryFolder } from './run-gyre.js'

describe.each(comparisonTasks)('the settings of %s', (task) => {
  const settings = comparisonSettings(task, { length: 'full', seed: 3 })

  it.each(settings.methods)('try rates that double for $method, and take one of them', (row) => {
    const { learningRate, triedRates } = row
    expect(triedRates).toHaveLength(4)
    for (const [i, rate] of triedRates.entries()) expect(rate / triedRates[0]!).toBeCloseTo(2 ** i, 10)
    expect(triedRates).toContain(learningRate)
  })

  it.each(settings.methods)('describe a method, $method, that fits the model', ({ method, targets }) => {
    expect(parseMethod(method, { targets }).label).toBe(method)
    // Every block size divides every layer, or the adapter could not be made.
    const blockSize = Number(/^bca:p=(\d+)$/.exec(method)?.[1] ?? 1)
    const { hiddenSize, intermediateSize } = settings.config
    expect([hiddenSize % blockSize, intermediateSize % blockSize]).toEqual([0, 0])
  })

  it('have a model that is as large as its tokenizer, and positions for what it is trained on', () => {
    const { config, vocabSize, pretraining, adaptation } = settings
    expect(config.vocabSize).toBe(vocabSize)
    expect(() => createModel(config, { seed: 0 })).not.toThrow()
    const longest = Math.max(pretraining.sequenceLength, adaptation.sequenceLength)
    expect(config.maxPositionEmbeddings).toBeGreaterThanOrEqual(longest + 2)
    expect(pretraining.seed).toBe(3)
  })

  it('do less of the same when they are quick', () => {
    const quick = comparisonSettings(task, { length: 'quick', seed: 3 })
    expect(quick.methods).toEqual(settings.methods)
    expect(quick.config).toEqual(settings.config)
    expect(quick.pretraining.steps).toBeLessThan(settings.pretraining.steps)
    expect(quick.adaptation.steps).toBeLessThan(settings.adaptation.steps)
    expect(quick.pretraining.warmupSteps).toBeLessThan(quick.pretraining.steps)
  })
})

/** The measure of a single run. */
const one = (mean: number) => ({ mean, deviation: 0 })

function resultOf(method: string, measured: Partial<MethodSummary>): MethodSummary {
  return {
    method,
    runs: 1,
    trainableParameters: 0,
    headParameters: 0,
    adapterFlopsPerToken: 0,
    learningRate: null,
    effectiveLearningRates: [],
    stepMilliseconds: null,
    peakBytes: 2e8,
    ...measured,
  }
}

const markup = 'The sea <script>alert(1)</script>\n| a | **b** [c](javascript:d) `e`'
const comparison: Comparison = {
  task: 'moby-dick',
  length: 'full',
  seeds: [0],
  backend: 'js',
  node: 'v20.0.0',
  finishedAt: '2026-01-01T00:00:00.000Z',
  baselines: [],
  results: [
    resultOf('unadapted base', { loss: one(4.5), bitsPerCharacter: one(2.6), sample: markup }),
    resultOf('bca:p=64', {
      loss: one(4.25),
      bitsPerCharacter: one(2.4),
      trainableParameters: 5888,
      adapterFlopsPerToken: 1234.4,
      learningRate: 0.64,
      effectiveLearningRates: [{ group: 'bca', learningRate: 0.01 }],
      stepMilliseconds: 61.26,
    }),
    resultOf('full', {
      loss: one(4.125),
      bitsPerCharacter: one(2.3),
      trainableParameters: 279_000,
      learningRate: 4e-3,
      effectiveLearningRates: [{ group: 'full', learningRate: 4e-3 }],
      stepMilliseconds: 70,
    }),
  ],
  runs: [],
}

describe('the table of a comparison', () => {
  const line = (text: string, method: string): string[] =>
    text
      .split('\n')
      .find((row) => row.replace(/^\| /, '').startsWith(method))!
      .split(/ *\| *| {2,}/)
      .filter((cell) => cell !== '')

  it('says how far each method is below the base, and what it really learns at', () => {
    const table = formatComparison(comparison)
    expect(line(table, 'bca:p=64')).toEqual([
      'bca:p=64',
      '4.250',
      '2.400',
      '0.250',
      '5,888',
      '1,234',
      '0.64 → 0.01',
      '61',
      '200',
    ])
    expect(line(table, 'full')).toContain('0.004')
    expect(line(table, 'unadapted base').slice(0, 3)).toEqual(['unadapted base', '4.500', '2.600'])
  })

  it('has accuracies and baselines where classes are told apart, and counts the head apart', () => {
    const results = [resultOf('head', { accuracy: one(0.5), headParameters: 4420 })]
    const table = formatComparison({
      ...comparison,
      baselines: [{ name: 'naive Bayes', accuracy: 0.75 }],
      results,
    })
    expect(table).not.toContain('loss')
    expect(line(table, 'naive Bayes').slice(0, 2)).toEqual(['naive Bayes', '0.750'])
    expect(line(table, 'head').slice(0, 2)).toEqual(['head', '0.500'])
    expect(table).toContain('Every method also trains the fresh head: 4,420 parameters')
  })

  it('has the mean and the deviation of several runs', () => {
    const runs = [4, 4.5, 5].map((loss, seed) => {
      const { runs, ...run } = resultOf('full', { learningRate: 4e-3, stepMilliseconds: 60 + seed })
      const effectiveLearningRates = [{ group: 'full', learningRate: 4e-3 }]
      return {
        ...run,
        effectiveLearningRates,
        seed,
        peakBytes: 1e8 * seed,
        ...{ loss, bitsPerCharacter: loss / 2, accuracy: undefined },
      }
    })
    const [base, full] = [comparison.results[0]!, summarize(runs)[0]!]
    expect(full).toMatchObject({ runs: 3, loss: { mean: 4.5, deviation: 0.5 }, accuracy: undefined })
    const long = { ...comparison, length: 'long', seeds: [0, 1, 2], results: [base, full] } as const
    expect(line(formatComparison(long), 'full')).toEqual([
      ...['full', '4.500 ± 0.500', '2.250 ± 0.250', '0.000', '0', '0', '0.004', '61', '200'],
    ])
    expect(comparisonMarkdown(long)).toContain('Task moby-dick, seeds 0, 1, 2, backend js, long settings')
    expect(comparisonMarkdown(long)).toContain('standard deviation of 3 runs of each method')
  })

  it('is the same in Markdown, in which a sample is text and nothing more', () => {
    const text = comparisonMarkdown(comparison)
    expect(line(text, 'bca:p=64').slice(0, 4)).toEqual(['bca:p=64', '4.250', '2.400', '0.250'])
    expect(text).toContain('Task moby-dick, seed 0, backend js, full settings, Node v20.0.0.')
    const sample = text.split('\n').filter((row) => row.includes('The sea'))
    expect(sample).toHaveLength(1)
    expect(sample[0]).not.toMatch(/[^\\][<>*[\]`|]/)
  })
})

const config: ModelConfig = {
  modelType: 'llama',
  vocabSize: 264,
  hiddenSize: 16,
  intermediateSize: 24,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  numKeyValueHeads: 2,
  maxPositionEmbeddings: 32,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: false,
  initializerRange: 0.1,
}
const row = { targets: ['all-linear'], learningRate: 0.01, triedRates: [0.01] }
const tiny: ComparisonSettings = {
  ...comparisonSettings('moby-dick', { length: 'quick', seed: 0 }),
  vocabSize: config.vocabSize,
  config,
  adaptation: { steps: 3, batchSize: 2, sequenceLength: 16, warmupSteps: 0, maxGradNorm: 1 },
  pretraining: {
    steps: 2,
    batchSize: 2,
    sequenceLength: 16,
    learningRate: 0.01,
    warmupSteps: 0,
    weightDecay: 0,
    maxGradNorm: 1,
    seed: 0,
  },
  heldOutLimit: 100,
  methods: [{ ...row, method: 'bca:p=8' }],
}

/** Keeps what it is told. */
function recordingProgress(): Progress & { readonly told: string[] } {
  const told: string[] = []
  return {
    told,
    note: (message) => told.push(message),
    start: (name) => ({ update: (done) => told.push(`${name} ${done}`), stop: () => {} }),
    close: () => {},
  }
}

describe('a comparison’s base model and jobs', () => {
  const cache = temporaryFolder()
  let base: { folder: string; cached: boolean }
  beforeAll(async () => {
    // The processes of the jobs run from source, as under the command line.
    process.execArgv.push('--conditions=@gyre/source', '--import=tsx')
    base = await prepareBaseModel(cache, tiny, 'js', recordingProgress())
  }, 60_000)
  const job = (settings: Partial<AdaptationJob>): AdaptationJob => ({
    settings: tiny,
    folder: base.folder,
    seed: 0,
    tuning: false,
    backend: 'js',
    ...settings,
  })

  it('train the base once, and once more where anything differs that decides its weights', async () => {
    expect(base.cached).toBe(false)
    const { mtimeMs } = await stat(join(base.folder, 'model.safetensors'))
    const progress = recordingProgress()
    const other = { ...tiny, adaptation: { ...tiny.adaptation, steps: 99 } }
    expect(await prepareBaseModel(cache, other, 'js', progress)).toEqual({ ...base, cached: true })
    expect(progress.told).toEqual([])
    expect((await stat(join(base.folder, 'model.safetensors'))).mtimeMs).toBe(mtimeMs)
    // Told of its beginning, this one ends before it has read a text.
    const refusing: Progress = {
      ...progress,
      note: (message) => {
        throw new Error(message)
      },
    }
    const fresh = { ...tiny, pretraining: { ...tiny.pretraining, seed: 1 } }
    await expect(prepareBaseModel(cache, fresh, 'js', refusing)).rejects.toThrow('a byte-pair tokenizer')
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('come back in their order, each measured', async () => {
    const progress = recordingProgress()
    const results = await runJobs(
      [job({}), job({ row: tiny.methods[0]!, backend: 'wasm', threads: 1 })],
      2,
      progress,
    )
    expect(results.map(({ method }) => method)).toEqual(['unadapted base', 'bca:p=8'])
    for (const { loss, peakBytes } of results) {
      expect(loss).toBeGreaterThan(0)
      expect(peakBytes).toBeGreaterThan(1e7)
    }
    expect(results[1]).toMatchObject({ trainableParameters: (4 * 4 + 3 * 6) * 8, learningRate: 0.01 })
    expect(progress.told).toContain('bca:p=8 3')
  })

  it('may leave block sizes to the gradients, within a budget', async () => {
    const settings = withBlockCirculantRow(tiny, ':p=auto:budget=100')
    // What a job's process does, without a process.
    const result = await adapt(job({ row: settings.methods.at(-1)! }), () => {})
    const { method, trainableParameters, learningRate, blockSizes } = result
    expect([method, learningRate]).toEqual(['bca:p=auto:budget=100:scale=false', 0.01])
    expect(trainableParameters).toBeLessThanOrEqual(100)
    expect(Object.keys(blockSizes!).length).toBeGreaterThan(0)
    expect(summarize([result])[0]).not.toHaveProperty('blockSizes')
  })

  it('end all when one of them fails, with its sentence', async () => {
    const endless = { ...tiny, adaptation: { ...tiny.adaptation, steps: 1e9 } }
    const progress = recordingProgress()
    const running = runJobs(
      [job({ settings: endless, row: tiny.methods[0]! }), job({ row: { ...row, method: 'bca:p=5' } })],
      2,
      progress,
    )
    await expect(running).rejects.toThrow(/block size 5 does not divide/)
    // Whoever is still running would tell of its steps.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const told = progress.told.length
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(progress.told).toHaveLength(told)
  })
})

describe('gyre compare', () => {
  it('refuses a task that it does not know', async () => {
    expect(await complaintOf('compare', '--task', 'moby')).toMatch(
      /--task.*'moby' is invalid. Allowed choices are moby-dick, era/,
    )
  })

  it.each([
    [['--block-size', 'auto'], /p=auto needs a budget/],
    [['--budget', '64'], /budget belongs to p=auto$/],
    [
      ['--block-size', 'five'],
      /blockSize: expected a number, max:n, or target\/size joined by \+, got 'five'$/,
    ],
  ])('refuses %j before it computes anything', async (words, sentence) => {
    expect(await complaintOf('compare', '--out', temporaryFolder(), ...words)).toMatch(sentence)
  })
})
