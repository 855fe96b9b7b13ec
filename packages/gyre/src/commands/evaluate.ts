import { checkHead, formatMeasures, measureTask } from '@gyre/train'
import { type Command, Option } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadFineTuned } from '../fine-tuning/load-fine-tuned.js'
import { loadTask } from '../fine-tuning/task.js'
import { addColumnOptions, type ColumnOptions, namedColumns, taskNames } from '../fine-tuning/task-options.js'

interface EvaluateOptions extends CommonOptions, ColumnOptions {
  readonly model: string
  readonly adapter?: string
  readonly task?: string
  readonly data?: string
  readonly part: 'held-out' | 'all'
  readonly batchSize: number
  readonly sequenceLength?: number
}

export function addEvaluate(program: Command): Command {
  const command = program
    .command('evaluate')
    .description('measure a model, or a model with an adapter, on a task')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .option('--task <name>', `${taskNames.join(', ')}; default: what the folder was fine-tuned for`)
    .option('--data <path>', 'as for finetune')
    .addOption(
      new Option('--part <part>', 'what finetune holds out of the data; or all of a file that it never saw')
        .choices(['held-out', 'all'])
        .default('held-out'),
    )
  return addColumnOptions(command)
    .option('--batch-size <n>', 'sequences in a batch', integer(1), 8)
    .option(
      '--sequence-length <n>',
      'tokens in a sequence, at most; default: as it was fine-tuned, else 64',
      integer(5),
    )
    .action(runEvaluate)
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  await chooseBackend(options)
  const { model, tokenizer, record, ...loaded } = await loadFineTuned(options)
  const name = options.task ?? record?.task
  if (name === undefined)
    throw new UsageError('--task is needed: the folder does not say what it was fine-tuned for')
  // What the folder was fine-tuned for is measured as it was then.
  const same = record !== undefined && record.task === name ? record : undefined
  const choice = {
    task: name,
    data: options.data,
    columns: { ...same?.columns, ...namedColumns(options) },
    measureAll: options.part === 'all',
    labels: same?.labels ?? model.config.labels,
  }
  const sequenceLength = options.sequenceLength ?? loaded.sequenceLength
  const task = await loadTask(choice, model.config, tokenizer, { ...options, sequenceLength })
  checkHead(model, task)
  const measures = await measureTask(model, task)
  console.log(options.json ? JSON.stringify(measures) : formatMeasures(measures))
}
