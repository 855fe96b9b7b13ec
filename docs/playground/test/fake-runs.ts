import { type Signal, signal } from '@preact/signals'
import type {
  Measured,
  Run,
  RunFacts,
  RunFailure,
  RunSettings,
  RunStatus,
  RunStep,
} from '../src/workbench/contract.js'

/** A run without a worker: a test sets what a worker would tell. */
export interface FakeRun extends Run {
  readonly settings: Signal<RunSettings | undefined>
  readonly status: Signal<RunStatus>
  readonly facts: Signal<RunFacts | undefined>
  readonly steps: Signal<readonly RunStep[]>
  readonly measured: Signal<readonly Measured[]>
  readonly failure: Signal<RunFailure | undefined>
}

export const fakeSettings: RunSettings = {
  base: 'decoder',
  data: { kind: 'built-in', name: 'moby-dick' },
  method: 'bca:p=16',
  targets: ['all-linear'],
  learningRate: 0.16,
  headLearningRate: 0.001,
  steps: 200,
  warmupSteps: 20,
  batchSize: 8,
  sequenceLength: 96,
  seed: 0,
  backend: { name: 'wasm', threads: 2 },
}

export const fakeFacts: RunFacts = {
  backend: 'wasm (relaxed-simd, 2 threads)',
  backendRemarks: [],
  kind: 'language-model',
  labels: [],
  dataRemarks: [],
  modelParameters: 2_225_472,
  trainableParameters: 89_856,
  headParameters: 0,
  forwardFlopsPerToken: 4_400_000,
  adapterFlopsPerToken: 399_308,
  trainingFlopsPerToken: 10_100_000,
  peakBytes: 50_000_000,
  learningRates: [{ group: 'bca', learningRate: 0.01 }],
}

let runs = 0

export function fakeRun(settings: Partial<RunSettings> = {}, facts: Partial<RunFacts> = {}): FakeRun {
  return {
    id: `run-${++runs}`,
    settings: signal({ ...fakeSettings, ...settings }),
    status: signal('training'),
    doing: signal(undefined),
    facts: signal({ ...fakeFacts, ...facts }),
    steps: signal([]),
    measured: signal([]),
    remarks: signal([]),
    failure: signal(undefined),
    pause() {},
    resume() {},
    continueOn() {},
    ask: () => Promise.reject(new Error('a fake run says nothing')),
    exportFiles: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
  }
}

/** Steps from 1 to `count`; `from` 6 the loss falls towards 4, with waves. */
export function fakeSteps(count: number, { first = 1, floor = 4 } = {}): RunStep[] {
  return Array.from({ length: count }, (_, i) => {
    const step = first + i
    return {
      step,
      loss: floor + 2 * Math.exp(-step / 60) + 0.15 * Math.sin(step * 2.7) * Math.cos(step / 3),
      gradNorm: 1 + 3 * Math.exp(-step / 40) + 0.3 * Math.sin(step * 1.9),
      learningRate: 0.16 * Math.min(1, step / 20),
      milliseconds: 100 + (step % 5),
      tokens: 768,
      backendBytes: 100 * 2 ** 20,
    }
  })
}
