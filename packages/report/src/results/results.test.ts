import { describe, expect, it } from 'vitest'
import { formatResults, resultsMarkdown } from './format-results.js'
import { shortNumber } from './metrics.js'
import { paretoFront } from './pareto-front.js'
import { distinctRecords, parseResults, recordsOf } from './read-results.js'
import type { ResultRecord } from './record.js'
import { reportResults } from './report-results.js'
import { resultsCsv } from './results-csv.js'

/** A run of a sweep. */
function run(method: string, seed: number, loss: number, more: Partial<ResultRecord> = {}): ResultRecord {
  return {
    format: 1,
    kind: 'sweep',
    cell: `${method} ${seed}`,
    settings: { model: 'small', task: 'sea', row: method.split(':')[0]!, method, steps: 10, seed },
    versions: { node: 'v20', backend: 'js' },
    metrics: { loss, trainableParameters: 100, peakBytes: 5e6 },
    curves: {},
    finishedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  }
}

const lines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

describe('a file of results', () => {
  it('comes back as it was written', () => {
    const records = [
      run('bca:p=4', 0, 1.5, {
        curves: { loss: { steps: [1, 2], values: [3, 2] } },
        blockSizes: { 'layers.0.q_proj': 4, 'layers.1.q_proj': 0 },
      }),
      run('full', 1, 1.25),
    ]
    expect(parseResults(lines(records), 'results.jsonl')).toEqual(records)
  })

  it('ends with the last whole line: another may be being written', () => {
    const text = lines([run('full', 0, 1)])
    expect(parseResults(`${text}{"format":1,"ki`, 'results.jsonl')).toHaveLength(1)
  })

  it('may have null in a curve, where a training lost its number', () => {
    const curves = { loss: { steps: [1, 2], values: [3, null] } }
    const [record] = parseResults(lines([{ ...run('full', 0, 1), curves }]), 'results.jsonl')!
    expect(record!.curves.loss!.values).toEqual([3, Number.NaN])
  })

  it('keeps a setting of any name', () => {
    const text = lines([run('full', 0, 1)]).replace('"steps":10', '"__proto__":10')
    const [record] = parseResults(text, 'results.jsonl')!
    expect(Object.entries(record!.settings)).toContainEqual(['__proto__', 10])
    expect(resultsCsv([record!]).split('\r\n')[0]).toContain('__proto__')
  })

  const good = run('full', 0, 1)
  it.each([
    ['{"format":1,', /^results\.jsonl:2: this is no JSON: /],
    [JSON.stringify({ ...good, format: 2 }), /^results\.jsonl:2: format: expected 1: .*, got 2$/],
    [
      JSON.stringify({ ...good, metrics: { loss: 'low' } }),
      /^results\.jsonl:2: metrics\.loss: expected a number, got "low"$/,
    ],
    [
      JSON.stringify({ ...good, settings: { data: ['a'] } }),
      /^results\.jsonl:2: settings\.data: expected text, a number, .*, got \["a"\]$/,
    ],
    [
      JSON.stringify({ ...good, curves: { loss: { steps: [1], values: [] } } }),
      /^results\.jsonl:2: curves\.loss\.values: expected a number for each of 1 steps, got \[\]$/,
    ],
    ['[]', /^results\.jsonl:2: expected an object, got \[\]$/],
  ])('is refused with its line for %s', (line, sentence) => {
    expect(() => parseResults(`${lines([good])}${line}\n`, 'results.jsonl')).toThrow(sentence)
  })

  it.each([
    ['{\n  "runs": [\n    oops\n  ]\n}', 3],
    ['{\n  "runs": [\n    1\n    2\n  ]\n}', 4],
    ['{\n  "runs": [\n    "a\n  ]\n}', 3],
    ['{\n  "runs": [\n', 3],
    ['{}\n\n}', 3],
  ])('in JSON is refused with the line of the mistake: %j', (text, line) => {
    expect(() => parseResults(text, 'compare.json')).toThrow(
      new RegExp(`^compare\\.json:${line}: this is no JSON: `),
    )
  })

  it('of another kind is none', () => {
    expect(parseResults('{"model_type": "llama"}', 'config.json')).toBeUndefined()
    expect(parseResults('[1]', 'list.json')).toBeUndefined()
  })
})

describe('the results of each command', () => {
  it('of a comparison become a record for each run and each baseline', () => {
    const records = recordsOf(
      {
        task: 'era',
        length: 'quick',
        backend: 'wasm',
        node: 'v20',
        baselines: [{ name: 'naive Bayes', accuracy: 0.5 }],
        results: [],
        runs: [{ method: 'bca:p=4', seed: 3, learningRate: 0.1, accuracy: 0.6, stepMilliseconds: null }],
      },
      'comparison',
    )
    expect(records.map(({ settings, metrics }) => [settings.method, metrics.accuracy])).toEqual([
      ['naive Bayes', 0.5],
      ['bca:p=4', 0.6],
    ])
    expect(records[1]!.settings).toEqual({
      task: 'era',
      length: 'quick',
      method: 'bca:p=4',
      'learning-rate': 0.1,
      seed: 3,
    })
    expect(records[1]!.metrics).toEqual({ accuracy: 0.6 })
  })

  it('of a simulation become a record for each network, diverged or not', () => {
    const settings = { width: 8, layers: 1, outputs: 8, steps: 2, batchSize: 2, seed: 0 }
    const shared = { optimizer: 'sgd', learningRate: 1, scaledRate: false }
    const [dense, diverged] = recordsOf(
      {
        format: 'gyre-simulation',
        version: 1,
        settings,
        gradients: [{ blockSize: 1, parameters: 64, norm: 2, denseNorm: 2 }],
        runs: [
          { ...shared, blockSize: 1, losses: [4, 2], gradNorms: [3, 1] },
          { ...shared, blockSize: 4, losses: [9], gradNorms: [70], divergedAt: 2 },
        ],
      },
      'simulation',
    )
    expect(dense!.metrics).toMatchObject({ finalLoss: 2, largestGradientNorm: 3, trainableParameters: 64 })
    expect(dense!.curves.loss).toEqual({ steps: [1, 2], values: [4, 2] })
    expect(diverged!.settings).toMatchObject({ method: 'bca:p=4', rate: 'α', 'batch-size': 2 })
    expect(diverged!.metrics).toEqual({ diverged: 1, divergedAt: 2, largestGradientNorm: 70 })
  })

  it('of benchmarks become a record for each case of each system', () => {
    const [record] = recordsOf(
      {
        machine: 'two cores',
        date: '2026-01-01',
        quick: false,
        systems: [{ name: 'gyre', threads: 1, about: 'wasm' }],
        rows: [
          {
            suite: 'kernels',
            case: 'rfft 64',
            system: 'gyre',
            threads: 1,
            msMedian: 2,
            msMin: 1,
            memory: { rss: 9 },
          },
        ],
      },
      'benchmark',
    )
    expect(record).toMatchObject({
      kind: 'bench',
      settings: { suite: 'kernels', case: 'rfft 64', system: 'gyre', threads: 1 },
      versions: { machine: 'two cores', gyre: 'wasm' },
      metrics: { msMedian: 2, msMin: 1, 'memory.rss': 9 },
    })
  })

  it('of a cell that ran twice count once, the first time', () => {
    expect(
      distinctRecords([run('full', 0, 1), run('full', 0, 2), run('full', 1, 3)]).map(
        ({ metrics }) => metrics.loss,
      ),
    ).toEqual([1, 3])
  })
})

describe('a report', () => {
  const records = [
    ...[1.1, 2.1, 3.1].map((loss, seed) => run('bca:p=4', seed, loss)),
    ...[1, 2, 3].map((loss, seed) => run('full', seed, loss)),
    run('lora:r=1', 0, 9),
  ]
  const report = reportResults(records)

  it('says who is best, by how much, and whether the seeds show it', () => {
    expect(report.summary).toEqual([
      {
        section: 'sweep-small-sea',
        title: 'Sweep: small, sea',
        sentences: [
          '3 configurations, 7 runs, seeds 0, 1, 2.',
          'Lowest loss: full, 2.0000 ± 2.4841 (95 % confidence interval of 3 runs).',
          'Next: bca:p=4, 2.1000, 0.1000 ± 0.0000 behind, paired by seed: a difference that 3 seeds show.',
        ],
      },
    ])
  })

  it('has means with intervals, differences paired by seed, and costs in their units', () => {
    const [results, costs] = report.sections[0]!.tables
    expect(results!.columns.map(({ title }) => title)).toEqual([
      'configuration',
      'loss',
      'behind the best',
      'runs',
    ])
    const [bca, full, lora] = results!.rows
    expect(bca![2]).toMatchObject({ mean: expect.closeTo(0.1), halfWidth: expect.closeTo(0), count: 3 })
    expect(full![2]).toBeUndefined()
    expect(lora![1]).toEqual({ mean: 9, halfWidth: undefined, count: 1 })
    expect(lora![2]).toEqual({ mean: 8, halfWidth: undefined, count: 1 })
    expect(costs!.columns.map(({ title }) => title)).toEqual([
      'configuration',
      'trained parameters',
      'peak memory, MB',
    ])
    expect(costs!.rows[0]).toEqual(['bca:p=4', 100, 5])
  })

  it('says what diverged', () => {
    const lost = run('bca:p=8', 0, 0, { metrics: { diverged: 1 } })
    const { summary, sections } = reportResults([...records, lost])
    expect(summary[0]!.sentences.at(-1)).toBe('Diverged: bca:p=8.')
    expect(sections[0]!.tables[0]!.rows).toContainEqual(['bca:p=8', undefined, undefined, 1, 1])
  })

  it('tells configurations apart that share a method', () => {
    const rates = [0.1, 0.2].map((rate) =>
      run('full', 0, rate, { cell: `${rate}`, settings: { method: 'full', 'learning-rate': rate, seed: 0 } }),
    )
    expect(reportResults(rates).sections[0]!.tables[0]!.rows.map(([label]) => label)).toEqual([
      'full, learning-rate 0.1',
      'full, learning-rate 0.2',
    ])
  })

  it('has the methods of a sweep in the order of their names and sizes, whichever ended first', () => {
    const ended = [run('lora:r=2', 0, 3), run('bca:p=16', 0, 2), run('bca:p=4', 0, 1), run('bca:p=16', 1, 2)]
    for (const records of [ended, ended.toReversed()]) {
      const [section] = reportResults(records).sections
      expect(section!.tables[0]!.rows.map(([name]) => name)).toEqual(['bca:p=4', 'bca:p=16', 'lora:r=2'])
    }
  })

  it('has layers in the order of their numbers, with the block sizes that were chosen', () => {
    const blockSizes = { 'layers.10.q': 8, 'layers.9.q': 4, 'layers.9.v': 0 }
    const { sections } = reportResults([run('bca:p=auto', 0, 1, { blockSizes })])
    expect(sections[0]!.tables.at(-1)!.rows).toEqual([
      ['layers.9.q', 4],
      ['layers.9.v', 0],
      ['layers.10.q', 8],
    ])
  })

  it('in Markdown and text leaves markup and control characters of names inert', () => {
    const hostile = reportResults([run('<img src=x>|**b**\u001b[31m', 0, 1)])
    expect(resultsMarkdown(hostile)).toContain('\\<img src=x\\>\\|\\*\\*b\\*\\*')
    expect(formatResults(hostile)).not.toContain('\u001b')
  })

  it('counts what costs nothing to the front, also where a plot has no place for it', () => {
    const free = run('free', 0, 1, { metrics: { loss: 1, trainableParameters: 0 } })
    const dear = [2, 3].map((size) =>
      run(`bca:p=${size}`, 0, size, { metrics: { loss: size, trainableParameters: 10 * size } }),
    )
    const [figure] = reportResults([free, ...dear]).sections[0]!.figures
    expect(figure!.description).toMatch(/No other is as good for as little: free\.$/)
    expect(figure).toMatchObject({ front: [], levels: [{ label: 'free', y: 1 }] })
  })

  it('draws a configuration alike in all plots, where they are few', () => {
    const curves = { loss: { steps: [1, 2], values: [3, 2] } }
    const [bare, drawn] = [
      run('base', 0, 2, { metrics: { loss: 2, trainableParameters: 1 } }),
      run('full', 0, 1, { curves }),
    ]
    const figures = reportResults([bare, drawn]).sections[0]!.figures
    const series = figures.map((figure) =>
      figure.kind === 'tradeoff'
        ? figure.series
        : figure.kind === 'lines'
          ? figure.series.map(({ label }) => label)
          : [],
    )
    expect(series).toEqual([
      ['base', 'full'],
      ['base', 'full'],
    ])
  })

  it('draws of a large family eight, from its first to its last, and says so', () => {
    const curves = { loss: { steps: [1, 2], values: [3, 2] } }
    const many = Array.from({ length: 20 }, (_, i) => run(`bca:p=${i + 1}`, 0, 1, { curves }))
    const [figure] = reportResults(many).sections[0]!.figures.filter(({ kind }) => kind === 'lines')
    expect(figure!.title).toBe('Training loss: bca, 8 of 20')
    const labels = figure!.kind === 'lines' ? figure!.series.map(({ label }) => label) : []
    expect([labels.length, labels[0], labels.at(-1)]).toEqual([8, 'bca:p=1', 'bca:p=20'])
  })
})

describe('comma-separated values', () => {
  const csv = resultsCsv([
    run('a,"b"\nc', 0, 1.5, {
      settings: { method: 'a,"b"\nc', note: '=1+1' },
      metrics: { loss: 1.5, odd: Number.NaN },
    }),
    run('d', 1, 2, { settings: { method: 'd', tuning: true }, metrics: {} }),
  ])

  it('quote commas, quotes and line breaks', () => {
    expect(csv).toContain('"a,""b""\nc",')
  })

  it('have a column for each setting, metric and version, empty where a result has none', () => {
    expect(csv.split('\r\n')[0]).toBe(
      'kind,cell,method,note,tuning,metric.loss,metric.odd,version.node,version.backend,finishedAt',
    )
    expect(csv.split('\r\n')[2]).toBe('sweep,d 1,d,,true,,,v20,js,2026-01-01T00:00:00.000Z')
  })

  it('are no formula to a spreadsheet', () => {
    expect(csv).toContain(",'=1+1,")
  })
})

describe('a Pareto front', () => {
  const items = [
    { cost: 1, value: 5 },
    { cost: 2, value: 6 },
    { cost: 3, value: 4 },
    { cost: 3, value: 3 },
    { cost: 9, value: 4 },
  ]

  it('is of those that no other one beats, from the cheapest on', () => {
    expect(paretoFront(items, 'lower').map(({ cost, value }) => [cost, value])).toEqual([
      [1, 5],
      [3, 3],
    ])
    expect(paretoFront(items, 'higher').map(({ cost, value }) => [cost, value])).toEqual([
      [1, 5],
      [2, 6],
    ])
  })
})

describe('a short number', () => {
  it.each([
    [0.02, '0.02'],
    [1024, '1,024'],
    [12350.4, '12,350'],
    [0.000977, '9.77e-4'],
    [0, '0'],
    [2.34567, '2.346'],
  ])('of %f is %s', (value, text) => {
    expect(shortNumber(value)).toBe(text)
  })
})
