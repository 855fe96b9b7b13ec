import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { flags, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'
import { tinyConfigs, writeTinyInputs } from './tiny-runs.js'

// These files are not part of the project: set GYRE_DATA to a folder that holds them to run the tests.
const root = process.env.GYRE_DATA
const skipped = root ? '' : ' (skipped: GYRE_DATA does not name a folder with the data sets)'

const timeout = 240_000
const folder = temporaryFolder()
const base = join(folder, 'base')
const config = { ...tinyConfigs.roberta, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 }

describe.skipIf(!root)(`real data sets, each in its own format, from finetune to predict${skipped}`, () => {
  beforeAll(async () => {
    const inputs = writeTinyInputs(join(folder, 'inputs'))
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify(config))
    const pretraining = { config: file, data: inputs.text, out: base, steps: 2, 'sequence-length': 16 }
    await outputOf('pretrain', ...flags(pretraining))
  }, timeout)

  it.each([
    { name: 'rt-polarity', task: 'sst2', measures: ['accuracy'], held: 'dev.tsv' },
    { name: 'blimp-cola', task: 'cola', measures: ['matthews', 'accuracy'], held: 'dev.tsv' },
    { name: 'banking77', task: 'classify', measures: ['accuracy', 'matthews'], held: 'train.csv' },
    { name: 'banking77-pairs', task: 'mrpc', measures: ['accuracy', 'f1'], held: 'dev.tsv' },
    { name: 'snli-mini', task: 'pairs', measures: ['accuracy'], held: 'dev.tsv' },
    { name: 'stsb-captions', task: 'stsb', measures: ['pearson', 'spearman'], held: 'dev.tsv' },
    { name: 'sms-spam', task: 'sms-spam', measures: ['accuracy', 'f1', 'matthews'], held: 'dev.tsv' },
  ])(
    '$name',
    async ({ name, task, measures, held }) => {
      const data = join(root!, name)
      const out = join(folder, name)
      const options = { model: base, task, data, out, method: 'bca:p=8', steps: 2, 'sequence-length': 16 }
      const trained = await jsonOf<{ heldOut: object }>('finetune', ...flags(options))
      expect(Object.keys(trained.heldOut)).toEqual(measures)
      const used = { model: base, adapter: out, 'batch-size': 64 }
      const measured = await jsonOf<{ [name: string]: number }>('evaluate', ...flags({ ...used, data }))
      for (const [measure, value] of Object.entries(trained.heldOut))
        expect(measured[measure]).toBeCloseTo(value, 5)
      const predicted = join(folder, `${name}.jsonl`)
      await outputOf('predict', ...flags({ ...used, data: join(data, held), out: predicted }))
      const rows = readFileSync(predicted, 'utf8').trimEnd().split('\n')
      expect(rows.every((row) => 'prediction' in JSON.parse(row))).toBe(true)
    },
    timeout,
  )

  it.each([
    { task: 'gsm8k', data: 'gsm8k' },
    { task: 'instruct', data: 'e2e-nlg' },
    { task: 'instruct', data: 'instruct-seed/seed_tasks.jsonl' },
  ])(
    'prompts and answers of $data, on a real LLaMA',
    async ({ task, data }) => {
      const options = { model: join(root!, 'stories260K'), task, data: join(root!, data), method: 'lora:r=2' }
      const out = join(folder, `${task} ${data.replaceAll('/', ' ')}`)
      const { heldOut } = await jsonOf<{ heldOut: { lossPerAnswerToken: number } }>(
        'finetune',
        ...flags({ ...options, out, steps: 2, 'batch-size': 8, 'sequence-length': 256 }),
      )
      expect(heldOut.lossPerAnswerToken).toBeGreaterThan(1)
      expect(heldOut.lossPerAnswerToken).toBeLessThan(7)
    },
    timeout,
  )
})
