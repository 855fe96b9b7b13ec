import { readFile } from 'node:fs/promises'
import { exampleBatches } from '@gyre/data'
import { classify } from '@gyre/train'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import type { CommonOptions } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadFineTuned } from '../fine-tuning/load-fine-tuned.js'

interface PredictOptions extends CommonOptions {
  readonly model: string
  readonly adapter?: string
  readonly text?: string
  readonly inputs?: string
}

export function addPredict(program: Command): Command {
  return program
    .command('predict')
    .description('say the class, or the score, of texts')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .option('--text <text>', 'one text')
    .option('--inputs <file>', 'a file with one text on each line')
    .action(runPredict)
}

async function runPredict(options: PredictOptions): Promise<void> {
  await chooseBackend(options)
  const { model, tokenizer, record, sequenceLength } = await loadFineTuned(options)
  if (model.task !== 'sequence-classification') {
    throw new UsageError(`--model ${options.model} is a ${model.architecture}; predict needs a classifier`)
  }
  const texts = await readTexts(options)
  const examples = texts.map((text) => ({
    ...tokenizer.encodeForModel(text, { maxLength: sequenceLength }),
    label: 0,
  }))
  const { predictions } = await classify(
    model,
    exampleBatches(examples, { batchSize: 16, seed: 0, padToken: model.config.padTokenId ?? 0 }),
  )
  const labels = record?.labels ?? []
  const rows = texts.map((text, i) => ({ text, prediction: labels[predictions[i]!] ?? predictions[i]! }))
  if (options.json) console.log(JSON.stringify(rows))
  else for (const { text, prediction } of rows) console.log(`${prediction}\t${text}`)
}

async function readTexts({ text, inputs }: PredictOptions): Promise<string[]> {
  if ((text === undefined) === (inputs === undefined))
    throw new UsageError('expected either --text or --inputs')
  if (text !== undefined) return [text]
  const contents = await readFile(inputs!, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`--inputs ${inputs}: there is no such file`) : error
  })
  const texts = contents.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (texts.length === 0) throw new UsageError(`--inputs ${inputs}: the file is empty`)
  return texts
}
