import { integerOption, type OptionSyntax } from '@gyre/adapters'
import type { RunSettings } from './contract.js'
import { WorkbenchError } from './errors.js'

/** How a run is trained, beside its method. The defaults are for a run that a visitor sees to its end. */
export const trainingOptions = {
  steps: integerOption({ doc: 'updates to make', default: 200, minimum: 1 }),
  batchSize: integerOption({ doc: 'sequences in a batch', default: 8, minimum: 1 }),
  sequenceLength: integerOption({ doc: 'tokens in a sequence, at most', default: 96, minimum: 5 }),
  warmupSteps: integerOption({ doc: 'steps over which the learning rate rises', default: 20, minimum: 0 }),
  headLearningRate: positiveOption('of the fresh head for classes', 1e-3),
  seed: integerOption({
    doc: 'of the order of the data, and of what begins at random',
    default: 0,
    minimum: 0,
  }),
} as const

export type TrainingOption = keyof typeof trainingOptions

export const trainingNames = Object.keys(trainingOptions) as readonly TrainingOption[]

/** As the page calls them. */
export const trainingLabels: { readonly [Option in TrainingOption]: string } = {
  steps: 'Steps',
  batchSize: 'Batch size',
  sequenceLength: 'Sequence length',
  warmupSteps: 'Warm-up steps',
  headLearningRate: 'Learning rate of the head',
  seed: 'Seed',
}

/** The rate that a method learns at, before it scales it; its default depends on the method. */
export const learningRateOption = positiveOption('before the method scales it', 1e-3)

export const learningRateLabel = 'Learning rate'

/** Throws a sentence where the learning rate would rise beyond the end. */
export function checkWarmup({ steps, warmupSteps }: Pick<RunSettings, 'steps' | 'warmupSteps'>): void {
  if (warmupSteps > steps) {
    const label = trainingLabels.warmupSteps
    throw new WorkbenchError(`${label}: expected at most the ${steps} steps of the run, got ${warmupSteps}`)
  }
}

function positiveOption(doc: string, value: number): OptionSyntax<number> {
  return {
    doc,
    default: value,
    parse: (text, where) => {
      const number = Number(text)
      if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number
      throw new WorkbenchError(`${where}: expected a number above 0, got '${text}'`)
    },
    format: String,
  }
}
