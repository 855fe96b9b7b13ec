import { readFile } from 'node:fs/promises'
import { type Example, exampleBatches } from '@gyre/data'
import { readUnlabelledFile } from '@gyre/data/node'
import { writeAtomically } from '@gyre/safetensors/node'
import { classify, paddingOf } from '@gyre/train'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer } from '../common-options.js'
import { UsageError } from '../errors.js'
import { type FineTuned, loadFineTuned } from '../fine-tuning/load-fine-tuned.js'
import { formatPredictions, predictionFormat } from '../fine-tuning/prediction-file.js'
import {
  addColumnOptions,
  type ColumnOptions,
  findTableTask,
  namedColumns,
} from '../fine-tuning/task-options.js'

interface PredictOptions extends CommonOptions, ColumnOptions {
  readonly model: string
  readonly adapter?: string
  readonly text?: string
  readonly pair?: string
  readonly inputs?: string
  readonly data?: string
  readonly out?: string
  readonly batchSize: number
}

export function addPredict(program: Command): Command {
  const command = program
    .command('predict')
    .description('say the class, or the score, of texts')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .option('--text <text>', 'one text')
    .option('--pair <text>', 'the second text beside --text, for tasks of two')
    .option('--inputs <file>', 'a file with one text on each line')
    .option('--data <file>', "a file in the task's layout, with or without labels")
    .option('--out <file>', 'the rows of --data with their predictions: .tsv or .jsonl')
  return addColumnOptions(command)
    .option('--batch-size <n>', 'texts in a batch', integer(1), 16)
    .action(runPredict)
}

async function runPredict(options: PredictOptions): Promise<void> {
  const ways = ['text', 'inputs', 'data'] as const
  if (ways.filter((way) => options[way] !== undefined).length !== 1) {
    throw new UsageError('expected either --text, --inputs or --data')
  }
  if (options.pair !== undefined && options.text === undefined) throw new UsageError('--pair needs --text')
  if ((options.out === undefined) !== (options.data === undefined)) {
    throw new UsageError('--data and --out belong together')
  }
  const format = options.out === undefined ? undefined : predictionFormat(options.out)
  await chooseBackend(options)
  const loaded = await loadFineTuned(options)
  const { model, record } = loaded
  if (model.task !== 'sequence-classification') {
    throw new UsageError(`--model ${options.model} is a ${model.architecture}; predict needs a classifier`)
  }
  if (options.data !== undefined && format !== undefined) {
    const unlabelled = await readUnlabelledFile(options.data, tableTaskOf(loaded, options))
    const predictions = await predict(loaded, unlabelled.texts, options.batchSize)
    await writeAtomically(options.out!, formatPredictions(unlabelled, predictions, format))
    const summary = { out: options.out, rows: predictions.length, task: record?.task }
    console.log(options.json ? JSON.stringify(summary) : `${summary.out}: ${summary.rows} predictions`)
    return
  }
  const texts = await readTexts(options)
  const predictions = await predict(loaded, texts, options.batchSize)
  if (options.json) {
    console.log(JSON.stringify(texts.map(({ text }, i) => ({ text, prediction: predictions[i]! }))))
  } else for (const [i, { text }] of texts.entries()) console.log(`${predictions[i]!}\t${text}`)
}

type Text = Omit<Example, 'label'>

/** The name of each text's class, or its score. */
async function predict(
  { model, tokenizer, record, sequenceLength: maxLength }: FineTuned,
  texts: readonly Text[],
  batchSize: number,
): Promise<(string | number)[]> {
  const examples = texts.map(({ text, textPair }) => ({
    ...tokenizer.encodeForModel(text, { pair: textPair, maxLength }),
    label: 0,
  }))
  const padToken = paddingOf({ tokenizer, config: model.config })
  const { predictions } = await classify(model, exampleBatches(examples, { batchSize, seed: 0, padToken }))
  const labels = record?.labels ?? model.config.labels ?? []
  return Array.from(predictions, (prediction) => labels[prediction] ?? prediction)
}

/** The layout that the folder was fine-tuned on. */
function tableTaskOf({ record }: FineTuned, options: PredictOptions) {
  const task = record && findTableTask(record.task, { ...record.columns, ...namedColumns(options) })
  if (task?.kind === 'classification' || task?.kind === 'regression') return task
  throw new UsageError(
    'predict --data needs a folder that was fine-tuned on a table; --inputs takes a file with a text on each line',
  )
}

async function readTexts({ text, pair, inputs }: PredictOptions): Promise<Text[]> {
  if (text !== undefined) return [pair === undefined ? { text } : { text, textPair: pair }]
  const contents = await readFile(inputs!, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`--inputs ${inputs}: there is no such file`) : error
  })
  const lines = contents.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (lines.length === 0) throw new UsageError(`--inputs ${inputs}: the file is empty`)
  return lines.map((line) => ({ text: line }))
}
