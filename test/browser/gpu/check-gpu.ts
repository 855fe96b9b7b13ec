import { gpu } from '@gyre/gpu'
import { constantSchedule } from '@gyre/nn'
import { type Backend, jsBackend, setBackend } from '@gyre/tensor'
import { applyMethod, parseMethod, Trainer } from '@gyre/train'
import { catalogueResults, differences } from '../../catalogue-results.js'
import { tinyInputs, tinyLlama, tinyRoberta } from '../../tiny-models.js'

/** What one thread of a browser finds out about the GPU; plain data, for the test to judge. */
export interface GpuReport {
  readonly samples: number
  /** The samples of the catalogue that differ from the js backend by more than 1e-5. */
  readonly far: readonly (readonly [sample: string, difference: number])[]
  readonly trainings: readonly TrainingReport[]
}

export interface TrainingReport {
  readonly name: string
  /** Of compiled steps, on js and on the GPU. */
  readonly expected: readonly number[]
  readonly losses: readonly number[]
  /** Of the steps on the GPU, each: command buffers handed over, and times that numbers were waited for. */
  readonly submissions: readonly number[]
  readonly waits: readonly number[]
}

const cases = [
  { name: 'llama/full', create: tinyLlama, method: 'full' },
  { name: 'roberta/bca:p=12', create: tinyRoberta, method: 'bca:p=12' },
] as const

export async function checkGpu(): Promise<GpuReport> {
  const backend = await gpu()
  setBackend(jsBackend)
  const expected = await catalogueResults()
  setBackend(backend)
  const found = await catalogueResults()
  const far = [...differences(found, expected)].filter(([, difference]) => !(difference <= 1e-5))
  const trainings: TrainingReport[] = []
  for (const { name, create, method } of cases) {
    const { losses } = await training(jsBackend, create, method)
    const onGpu = await training(backend, create, method, () => backend.status)
    trainings.push({ name, expected: losses, ...onGpu })
  }
  return { samples: expected.length, far, trainings }
}

/** Steps of the trainer, which compiles them. */
async function training(
  backend: Backend,
  create: typeof tinyRoberta,
  methodText: string,
  count = () => ({ submissions: 0, waits: 0 }),
): Promise<Pick<TrainingReport, 'losses' | 'submissions' | 'waits'>> {
  setBackend(backend)
  const model = create()
  const method = parseMethod(methodText, { targets: ['all-linear'], modulesToSave: [] })
  const trainable = applyMethod(model, method, { seed: 1 })
  const batch = { inputs: tinyInputs(model), labelCount: 2 }
  const trainer = new Trainer(model, trainable, () => [batch], {
    totalSteps: Number.POSITIVE_INFINITY,
    learningRate: 0.01,
    schedule: constantSchedule(),
    seed: 0,
  })
  const losses: number[] = []
  const submissions: number[] = []
  const waits: number[] = []
  for (let step = 0; step < 4; step++) {
    const before = count()
    losses.push((await trainer.runStep()).loss)
    const after = count()
    submissions.push(after.submissions - before.submissions)
    waits.push(after.waits - before.waits)
  }
  return { losses, submissions, waits }
}
