import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer } from '../common-options.js'
import { UsageError } from '../errors.js'
import { checkHead } from '../fine-tuning/check-fit.js'
import { loadFineTuned } from '../fine-tuning/load-fine-tuned.js'
import { formatMeasures, measureTask } from '../fine-tuning/measure-task.js'
import { loadTask, taskNames } from '../fine-tuning/task.js'

interface EvaluateOptions extends CommonOptions {
  readonly model: string
  readonly adapter?: string
  readonly task?: string
  readonly data?: string
  readonly batchSize: number
  readonly sequenceLength?: number
}

export function addEvaluate(program: Command): Command {
  return program
    .command('evaluate')
    .description("measure a model, or a model with an adapter, on a task's held-out part")
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .option('--task <name>', `${taskNames.join(', ')}; default: what the folder was fine-tuned for`)
    .option('--data <path>', 'as for finetune')
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
  const sequenceLength = options.sequenceLength ?? loaded.sequenceLength
  const task = await loadTask(name, options.data, model.config, tokenizer, { ...options, sequenceLength })
  checkHead(model, task)
  const measures = await measureTask(model, task)
  console.log(options.json ? JSON.stringify(measures) : formatMeasures(measures))
}
