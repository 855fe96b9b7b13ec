import { parseRunMethod } from '@gyre/train'
import type { RunSettings } from '../contract.js'
import { WorkbenchError } from './errors.js'

/** The least of each number, and how the page calls it. */
const counts = {
  steps: [1, 'steps'],
  warmupSteps: [0, 'warm-up steps'],
  batchSize: [1, 'batch size'],
  // As the command line has it: what frames a text, and a token of its own.
  sequenceLength: [5, 'sequence length'],
  seed: [0, 'seed'],
} as const satisfies { readonly [name in keyof RunSettings]?: readonly [least: number, words: string] }

const rates = { learningRate: 'learning rate', headLearningRate: 'learning rate of the head' } as const

/** Throws, before anything is read, a sentence on a setting that no run can have. */
export function checkSettings(settings: RunSettings): void {
  for (const [name, [least, words]] of Object.entries(counts)) {
    const value = settings[name as keyof typeof counts]
    if (!(Number.isInteger(value) && value >= least))
      throw new WorkbenchError(`${words} ${value}: expected a whole number from ${least}`)
  }
  for (const [name, words] of Object.entries(rates)) {
    const value = settings[name as keyof typeof rates]
    if (!(value > 0 && Number.isFinite(value)))
      throw new WorkbenchError(`${words} ${value}: expected a number above 0`)
  }
  const { steps, warmupSteps, method, targets } = settings
  if (warmupSteps > steps)
    throw new WorkbenchError(`warm-up steps ${warmupSteps}: more than the ${steps} steps of the run`)
  parseRunMethod(method, { targets })
}
