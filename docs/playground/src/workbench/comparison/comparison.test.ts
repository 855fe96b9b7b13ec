import { formatResults, parseResults, reportResults } from '@gyre/report'
import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeRun, fakeRun, fakeSteps } from '../../../test/fake-runs.js'
import type { Run } from '../contract.js'
import { seriesOf } from '../run-series.js'
import { measuredFigure, trainingFigure } from './comparison-figures.js'
import { comparisonFile, recordsOfRuns } from './comparison-records.js'
import { comparisonMarkdown, comparisonRows } from './comparison-rows.js'
import { lastStepOf, readingAt } from './readout.js'
import { curvesOf, smoothed, smoothingWindow } from './run-curves.js'
import { nameRuns } from './run-names.js'
import { followRuns, type RunSnapshot } from './run-snapshot.js'
import { taskGroupsOf } from './task-groups.js'

/** Runs as the comparison sees them now. */
function snapshotsOf(...runs: readonly Run[]): readonly RunSnapshot[] {
  const { snapshots, end } = followRuns(signal(runs))
  end()
  return snapshots.value
}

/** The cells of a line of the table. */
function cellsOf(title: string, runs: readonly RunSnapshot[]): readonly (string | undefined)[] | undefined {
  return comparisonRows(runs).find((row) => row.title === title)?.cells
}

const eras = { base: 'encoder', data: { kind: 'built-in', name: 'era' } } as const

function trained(run: FakeRun, steps: number): FakeRun {
  run.steps.value = fakeSteps(steps)
  run.measured.value = [
    { step: 20, complete: false, measures: { loss: 5, bitsPerCharacter: 3 } },
    { step: 40, complete: false, measures: { loss: 4.25, bitsPerCharacter: 2.5 } },
    { step: steps, complete: true, measures: { loss: 4.5, bitsPerCharacter: 2.6 } },
  ]
  return run
}

describe('smoothing', () => {
  it('is a weighted mean of what is there: a constant stays, and a step is approached', () => {
    expect(smoothed([3, 3, 3], 3)).toEqual([3, 3, 3])
    // Weights 1/2 and 1, then 1/4, 1/2 and 1.
    expect(smoothed([0, 1, 1], 3)).toEqual([0, 1 / 1.5, 1.5 / 1.75])
    expect(smoothed([5, 1, 2], 1)).toEqual([5, 1, 2])
  })

  it('leaves out what is no number, and goes on behind it', () => {
    expect(smoothed([2, Number.NaN, 2, Number.POSITIVE_INFINITY], 5)).toEqual([2, Number.NaN, 2, Number.NaN])
  })

  it('takes a window that follows from the length of the run, so that no line changes later', () => {
    expect([1, 50, 200, 5000].map(smoothingWindow)).toEqual([5, 5, 8, 50])
    const all = fakeSteps(100)
    const { settings } = fakeRun()
    const [early, late] = [all.slice(0, 40), all].map((steps) => curvesOf(steps, settings.value).loss.smooth)
    expect(late!.slice(0, 40)).toEqual(early)
  })
})

describe('thinning', () => {
  it('keeps a plot small however long a run is, with its first and its last step', () => {
    const curves = curvesOf(fakeSteps(10_000), undefined)
    for (const curve of [curves.loss.points, curves.loss.line, curves.gradNorm.points]) {
      expect(curve.steps.length).toBeLessThan(250)
      expect([curve.steps[0], curve.steps.at(-1)]).toEqual([1, 10_000])
    }
  })

  it('is done once for the same steps', () => {
    const steps = fakeSteps(10)
    expect(curvesOf(steps, undefined)).toBe(curvesOf(steps, undefined))
  })
})

describe('followRuns', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('shows four changes a second at most, and the last one always', () => {
    const run = fakeRun()
    const { snapshots, end } = followRuns(signal([run]))
    let shown = 0
    const stop = snapshots.subscribe(() => void shown++)
    for (let i = 1; i <= 1000; i++) {
      run.steps.value = fakeSteps(i)
      vi.advanceTimersByTime(1)
    }
    expect(shown).toBeLessThanOrEqual(5)
    vi.advanceTimersByTime(250)
    expect(snapshots.value[0]!.steps).toHaveLength(1000)
    stop()
    end()
  })

  it('keeps the object of a run that has not changed', () => {
    const [one, other] = [fakeRun(), fakeRun()]
    const { snapshots, end } = followRuns(signal([one, other]))
    const before = snapshots.value
    other.steps.value = fakeSteps(3)
    vi.advanceTimersByTime(300)
    expect(snapshots.value[0]).toBe(before[0])
    expect(snapshots.value[1]).not.toBe(before[1])
    expect(snapshots.value[1]!.progress).toBe('Training, step 3 of 200')
    end()
    one.steps.value = fakeSteps(3)
    vi.advanceTimersByTime(300)
    expect(snapshots.value[0]).toBe(before[0])
  })
})

describe('what runs look like and are called', () => {
  it('keeps the series of a run when another is removed, and gives a free one to the next', () => {
    const runs = [fakeRun(), fakeRun(), fakeRun()]
    expect(runs.map((run) => seriesOf(run, runs))).toEqual([0, 1, 2])
    const left = [runs[0]!, runs[2]!, fakeRun(), fakeRun()]
    expect(left.map((run) => seriesOf(run, left))).toEqual([0, 2, 1, 3])
  })

  it('is the method, and as much more as tells two of them apart', () => {
    const names = (...runs: Run[]) => nameRuns(snapshotsOf(...runs))
    expect(names(fakeRun(), fakeRun({ method: 'lora:r=8' }))).toEqual(['bca:p=16', 'lora:r=8'])
    expect(names(fakeRun(), fakeRun({ learningRate: 0.3 }), fakeRun({ method: 'full' }))).toEqual([
      'bca:p=16, rate 0.16',
      'bca:p=16, rate 0.3',
      'full',
    ])
    expect(names(fakeRun({ seed: 1 }), fakeRun({ seed: 2 }))).toEqual([
      'bca:p=16, seed 1',
      'bca:p=16, seed 2',
    ])
    expect(names(fakeRun(), fakeRun())).toEqual(['bca:p=16 (1)', 'bca:p=16 (2)'])
    const loaded = fakeRun()
    loaded.settings.value = undefined
    loaded.facts.value = {
      ...loaded.facts.value!,
      loaded: {
        base: 'decoder',
        method: 'bca:p=16',
        targets: ['q_proj'],
        record: undefined,
        data: undefined,
      },
    }
    expect(names(fakeRun(), loaded)).toEqual(['bca:p=16, rate 0.16', 'bca:p=16, from files'])
  })
})

describe('tasks', () => {
  it('are kept apart: accuracy is never held against loss', () => {
    const [text, other, classes] = [trained(fakeRun(), 60), fakeRun(), fakeRun(eras)]
    classes.measured.value = [{ step: 20, complete: false, measures: { accuracy: 0.5, loss: 1.2 } }]
    const groups = taskGroupsOf(snapshotsOf(text, classes, other))
    expect(groups.map(({ title, metric, runs }) => [title, metric?.name, runs.length])).toEqual([
      ['Moby-Dick, on the decoder', 'loss', 2],
      ['Era of a speech, on the encoder', 'accuracy', 1],
    ])
  })

  it('differ where two files of one name do', () => {
    const file = (text: string) => fakeRun({ data: { kind: 'text', fileName: 'notes.txt', text } })
    expect(taskGroupsOf(snapshotsOf(file('a'), file('a'), file('ab')))).toHaveLength(2)
  })
})

describe('the table', () => {
  it('says what a run is, costs and reaches', () => {
    const runs = snapshotsOf(
      trained(fakeRun(), 100),
      fakeRun(
        { ...eras, method: 'bca:p=auto:budget=4096', targets: ['query', 'value'] },
        {
          headParameters: 516,
          blockSizes: { one: 8, other: 64 },
          learningRates: [
            { group: 'bca', learningRate: 0.02 },
            { group: 'bca', learningRate: 0.0025 },
            { group: 'head', learningRate: 0.001 },
          ],
        },
      ),
      fakeRun(
        { method: 'lora', learningRate: 0.02 },
        { learningRates: [{ group: 'lora', learningRate: 0.02 }] },
      ),
      fakeRun({ method: 'full' }, { learningRates: [{ group: 'full', learningRate: 0.16 }] }),
    )
    expect(cellsOf('block size or rank', runs)).toEqual([
      'p = 16',
      'p = 8 to 64, by layer',
      'r = 8',
      undefined,
    ])
    expect(cellsOf('learning rate: asked → applied', runs)).toEqual([
      '0.16 → 0.01',
      '0.16 → 0.0025 to 0.02',
      '0.02',
      '0.16',
    ])
    expect(cellsOf('layers', runs)).toEqual([
      'all linear layers',
      'query, value',
      'all linear layers',
      'no adapter',
    ])
    expect(cellsOf('of the head', runs)![1]).toBe('0.001')
    expect(cellsOf('trained parameters', runs)![0]).toBe('89,856 (4.0 %)')
    expect(cellsOf('FLOPs/token, added by the adapter', runs)![0]).toBe('399 K')
    // Of the times 100, 101, …, 104, over and over.
    expect(cellsOf('ms/step', runs)).toEqual(['102', undefined, undefined, undefined])
    expect(cellsOf('tokens/s', runs)![0]).toBe(
      String((768 / 0.102).toLocaleString('en', { maximumFractionDigits: 0 })),
    )
    expect(cellsOf('memory of the backend, at most', runs)![0]).toBe('100 MiB')
    expect(cellsOf('held out: loss per token, last', runs)![0]).toBe('4.5 at step 100')
    expect(cellsOf('held out: loss per token, best', runs)![0]).toBe('4.25 at step 40, on a part')
    expect(cellsOf('held out: accuracy, last', runs)).toBeUndefined()
  })

  it('has nothing to say of a run that is being prepared, and says what a failed one came to', () => {
    const fresh = fakeRun()
    fresh.facts.value = undefined
    fresh.status.value = 'preparing'
    const failed = fakeRun()
    failed.steps.value = [...fakeSteps(3), { ...fakeSteps(1)[0]!, step: 4, loss: Number.NaN }]
    failed.status.value = 'failed'
    failed.failure.value = { sentence: 'step 4: the loss is NaN', savedStep: undefined }
    const loaded = fakeRun()
    loaded.settings.value = undefined
    loaded.facts.value = undefined
    loaded.status.value = 'preparing'
    const runs = snapshotsOf(fresh, failed, loaded)
    expect(cellsOf('state', runs)).toEqual(['Preparing', 'Stopped, step 4 of 200', 'Preparing'])
    expect(cellsOf('trained parameters', runs)![0]).toBeUndefined()
    expect(cellsOf('training loss, smoothed', runs)).toEqual([undefined, 'no number', undefined])
  })

  it('becomes Markdown, whatever a file is called', () => {
    const named = fakeRun({ data: { kind: 'text', fileName: 'a|b <i>.txt', text: '' } })
    const [titles, rule, ...lines] = comparisonMarkdown(
      snapshotsOf(named, fakeRun({ method: 'full' })),
    ).split('\n')
    expect(titles).toMatch(/^\| +\| bca:p=16 +\| full +\|$/)
    expect(rule).toMatch(/^\| -+ \| -+ \| -+ \|$/)
    expect(lines.find((line) => line.startsWith('| data'))).toContain('a\\|b \\<i\\>.txt')
    expect(new Set(lines.map((line) => line.split(/(?<!\\)\|/).length))).toEqual(new Set([5]))
  })
})

describe('the file of results', () => {
  const writing = { platform: 'a browser', time: new Date('2025-01-02T03:04:05Z') }

  it('is read by gyre report as it was written', () => {
    const runs = snapshotsOf(
      trained(fakeRun(), 100),
      trained(fakeRun({ method: 'lora:r=8', learningRate: 0.02 }), 50),
      fakeRun(),
    )
    const records = recordsOfRuns(runs, writing)
    expect(records).toHaveLength(2)
    expect(parseResults(comparisonFile(runs, writing), 'gyre-comparison.jsonl')).toEqual(records)
    expect(records[0]).toMatchObject({
      settings: {
        method: 'bca:p=16',
        'learning-rate': 0.16,
        task: 'Moby-Dick',
        'measured-on': 'all that is held out',
      },
      metrics: { loss: 4.5, trainableParameters: 89_856, stepMilliseconds: 102, stepsDone: 100 },
      versions: { platform: 'a browser', backend: 'wasm (relaxed-simd, 2 threads)' },
      finishedAt: '2025-01-02T03:04:05.000Z',
    })
    expect(records[0]!.curves['held-out loss']).toEqual({ steps: [20, 40, 100], values: [5, 4.25, 4.5] })
    const report = formatResults(reportResults(records))
    expect(report).toContain('bca:p=16')
    expect(report).toContain('lora:r=8')
  })

  it('has no measures of a run that left the numbers', () => {
    const run = trained(fakeRun(), 100)
    run.steps.value = [...run.steps.value, { ...fakeSteps(1)[0]!, step: 101, gradNorm: Number.NaN }]
    const [{ metrics }] = recordsOfRuns(snapshotsOf(run), writing) as [ReturnType<typeof recordsOfRuns>[0]]
    expect(metrics.diverged).toBe(1)
    expect(metrics).not.toHaveProperty('loss')
    expect(metrics).not.toHaveProperty('finalLoss')
  })
})

describe('reading off a step', () => {
  it('gives what a run was there, with the last measurement until then', () => {
    const [run] = snapshotsOf(trained(fakeRun(), 100)) as [RunSnapshot]
    const { metric } = taskGroupsOf([run])[0]!
    const step = run.steps[29]!
    expect(readingAt(run, metric, 30)).toMatchObject({
      step: 30,
      loss: step.loss,
      gradNorm: step.gradNorm,
      measured: { step: 20, value: 5 },
    })
    expect(readingAt(run, metric, 5)!.measured).toBeUndefined()
    expect(readingAt(run, metric, 101)).toBeUndefined()
    expect(readingAt(run, metric, undefined)!.step).toBe(100)
  })

  it('goes as far as the longest run, also where one begins late', () => {
    const late = fakeRun()
    late.steps.value = fakeSteps(10, { first: 51 })
    const runs = snapshotsOf(fakeRun(), late)
    expect(lastStepOf(runs)).toBe(60)
    expect(readingAt(runs[1]!, undefined, 50)).toBeUndefined()
    expect(readingAt(runs[1]!, undefined, 51)!.loss).toBe(late.steps.value[0]!.loss)
    expect(lastStepOf([])).toBe(0)
  })
})

describe('the figures', () => {
  const loss = ({ loss }: ReturnType<typeof curvesOf>) => loss

  it('have a frame as long as the runs are to be, and one for those that have failed', () => {
    const [long, short] = [fakeRun(), fakeRun({ steps: 120 })]
    long.steps.value = fakeSteps(30)
    expect(trainingFigure(snapshotsOf(long, short), loss, false).x).toMatchObject({ domain: [0, 200] })
    long.status.value = 'failed'
    expect(trainingFigure(snapshotsOf(long), loss, false).x).toMatchObject({ domain: [0, 30] })
  })

  it('cut off what a training that left the numbers did at last, on a linear axis only', () => {
    const run = fakeRun()
    run.steps.value = [...fakeSteps(100), { ...fakeSteps(1)[0]!, step: 101, loss: 1e6 }]
    const high = (logarithmic: boolean) =>
      (trainingFigure(snapshotsOf(run), loss, logarithmic).y as { domain: number[] }).domain[1]
    expect(high(false)).toBeLessThan(20)
    expect(high(true)).toBe(1e6)
  })

  it('are there for runs without steps and without measures', () => {
    const runs = snapshotsOf(fakeRun())
    expect(trainingFigure(runs, loss, true).y).toMatchObject({ domain: [1, 10] })
    const measured = snapshotsOf(trained(fakeRun(), 50))
    const { metric } = taskGroupsOf(measured)[0]!
    expect(measuredFigure(measured, metric!, false).y).toMatchObject({ domain: [4.25, 5] })
  })
})
