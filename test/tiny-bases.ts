import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { flags, outputOf, temporaryFolder } from './run-gyre.js'
import { writeTinyInputs } from './tiny-runs.js'

/** The time that a test waits for its turn counts too. */
export const timeout = 240_000

/** Tiny base models that know a text, made before a file's tests, and what a fine-tuning of each is given. */
export function tinyBases() {
  const folder = temporaryFolder()
  const inFolder = (name: string): string => join(folder, name)
  const inputs = writeTinyInputs(inFolder('inputs'))
  const models = { llama: inFolder('llama'), roberta: inFolder('roberta') }
  const pretraining = { data: inputs.text, steps: 60, 'sequence-length': 16, 'learning-rate': 0.01 }
  beforeAll(async () => {
    await Promise.all(
      (['llama', 'roberta'] as const).map((name) =>
        outputOf('pretrain', ...flags({ config: inputs[name], out: models[name], ...pretraining })),
      ),
    )
  }, timeout)
  const languageModel = {
    model: models.llama,
    task: 'lm',
    data: inputs.otherText,
    'sequence-length': 16,
    'batch-size': 4,
  }
  const classifier = { model: models.roberta, task: 'sst2', data: inputs.classes, 'sequence-length': 28 }
  return { inFolder, inputs, models, pretraining, languageModel, classifier }
}
