import { join } from 'node:path'
import { saveAdapterFolder } from '@gyre/adapters/node'
import { loadTokenizer } from '@gyre/data/node'
import { cosineSchedule, linearSchedule } from '@gyre/nn'
import { writeAtomically } from '@gyre/safetensors/node'
import {
  applyMethod,
  type BatchSource,
  checkHead,
  checkVocabulary,
  decideMethod,
  formatMeasures,
  headFor,
  measureTask,
  methodGrammar,
  parseRunMethod,
  Trainer,
  toMicroBatch,
} from '@gyre/train'
import { loadConfigFolder, saveModelFolder } from '@gyre/transformers/node'
import { type Command, Option } from 'commander'
import { chooseBackend } from '../backend.js'
import {
  type CommonOptions,
  integer,
  makeOutputFolder,
  nameList,
  nonNegativeNumber,
  positiveNumber,
} from '../common-options.js'
import { UsageError } from '../errors.js'
import {
  addBlockSizeOptions,
  type BlockSizeOptions,
  blockSizesOfRun,
  formatBlockSizes,
  withBlockSizeOptions,
} from '../fine-tuning/block-sizes.js'
import { writeRunRecord } from '../fine-tuning/run-record.js'
import { loadTask } from '../fine-tuning/task.js'
import { addColumnOptions, type ColumnOptions, namedColumns, taskNames } from '../fine-tuning/task-options.js'
import { loadModelWithProgress } from '../load-model.js'
import { discardCheckpoint, superviseRun } from '../supervised-run.js'

interface FinetuneOptions extends CommonOptions, ColumnOptions {
  readonly model: string
  readonly data?: string
  readonly task: string
  readonly method: string
  readonly targets: readonly string[]
  readonly out: string
  readonly steps?: number
  readonly epochs?: number
  readonly batchSize: number
  readonly accumulate: number
  readonly sequenceLength: number
  readonly learningRate: number
  readonly headLearningRate?: number
  readonly schedule: 'cosine' | 'linear'
  readonly warmupSteps: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  readonly activationCheckpointing: boolean
  readonly checkpointEvery: number
  readonly resume: boolean
}

export function addFinetune(program: Command): Command {
  const command = program
    .command('finetune')
    .description('fine-tune a model on a task, and write the adapter')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .requiredOption('--task <name>', taskNames.join(', '))
    .option(
      '--data <path>',
      'a file, or a folder with train and dev files; lm: a text file, speeches or moby-dick',
    )
  addColumnOptions(command).requiredOption(
    '--method <method>',
    'e.g. bca:p=64, bca:p=auto:budget=4096, lora:r=8, full',
  )
  return addBlockSizeOptions(command, 'of bca or c3a: a size as in the method, or auto: by the gradients')
    .option('--targets <names>', 'linear layers that get an adapter', nameList, ['all-linear'])
    .requiredOption('--out <dir>', 'folder to write')
    .option('--steps <n>', 'updates to make', integer(1))
    .addOption(
      new Option('--epochs <n>', 'passes over the data').argParser(positiveNumber).conflicts('steps'),
    )
    .option('--batch-size <n>', 'sequences in a batch', integer(1), 8)
    .option('--accumulate <n>', 'batches whose gradients make one update', integer(1), 1)
    .option('--sequence-length <n>', 'tokens in a sequence, at most', integer(5), 64)
    .option('--learning-rate <rate>', 'before a method scales it (bca: divided by p)', positiveNumber, 1e-3)
    .option(
      '--head-learning-rate <rate>',
      'of a head trained beside an adapter; default: --learning-rate',
      positiveNumber,
    )
    .addOption(
      new Option('--schedule <name>', 'how the rate falls').choices(['cosine', 'linear']).default('cosine'),
    )
    .option('--warmup-steps <n>', 'steps over which the rate rises', integer(0), 0)
    .option('--weight-decay <rate>', 'decoupled weight decay of AdamW', nonNegativeNumber, 0)
    .option('--max-grad-norm <norm>', 'longer gradients are scaled down to it', positiveNumber, 1)
    .option(
      '--activation-checkpointing',
      'compute each layer a second time for its gradients: less memory, the same numbers',
      false,
    )
    .option('--checkpoint-every <n>', 'steps between two checkpoints', integer(1), 50)
    .option('--resume', 'continue an interrupted run; it ends with the same numbers', false)
    .addHelpText('after', () => `\nMethods:\n  ${methodGrammar().join('\n  ')}`)
    .action(runFinetune)
}

async function runFinetune({
  blockSize,
  budget,
  ...given
}: FinetuneOptions & BlockSizeOptions): Promise<void> {
  const options = { ...given, method: withBlockSizeOptions(given.method, { blockSize, budget }) }
  const { identity: backend } = await chooseBackend(options)
  const { model: base, seed, out } = options
  const tokenizer = await loadTokenizer(base)
  const { config } = await loadConfigFolder(base)
  checkVocabulary(tokenizer, config)
  const columns = namedColumns(options)
  const task = await loadTask({ ...options, columns }, config, tokenizer, options)
  const model = await loadModelWithProgress(base, { ...headFor(task), seed })
  checkHead(model, task)
  const asked = parseRunMethod(options.method, {
    targets: options.targets,
    modulesToSave: model.taskHeadPaths,
  })
  model.activationCheckpointing = options.activationCheckpointing

  const train = task.train!
  const totalSteps =
    options.steps ?? Math.ceil((options.epochs ?? 1) * (train.stepsPerEpoch / options.accumulate))
  const { accumulate, warmupSteps } = options
  if (warmupSteps > totalSteps)
    throw new UsageError(`--warmup-steps ${warmupSteps} is more than the ${totalSteps} steps of the run`)
  const makeSchedule = options.schedule === 'cosine' ? cosineSchedule : linearSchedule
  const batches: BatchSource = (step) =>
    Array.from({ length: accumulate }, (_, i) => toMicroBatch(train.batchAt(step * accumulate + i)))
  const checkpoint = join(out, 'checkpoint.safetensors')
  const chosenBefore = options.resume ? await blockSizesOfRun(checkpoint) : undefined
  const { method, blockSizes, choice } = await decideMethod(model, asked, batches, chosenBefore)
  if (choice && asked.kind === 'automatic') process.stderr.write(`${formatBlockSizes(choice, asked)}\n`)
  const trainable = applyMethod(model, method, { seed })
  const trainer = new Trainer(model, trainable, batches, {
    totalSteps,
    learningRate: options.learningRate,
    headLearningRate: options.headLearningRate,
    schedule: makeSchedule({ warmupSteps, totalSteps }),
    weightDecay: options.weightDecay,
    maxGradNorm: options.maxGradNorm,
    seed,
  })
  for (const { name, learningRate, numbers } of trainer.optimizer.effectiveLearningRates()) {
    process.stderr.write(`${name}: ${numbers} parameters, learning rate ${learningRate.toPrecision(3)}\n`)
  }
  await makeOutputFolder(out)
  const finalLoss = await superviseRun({
    name: method.label,
    trainer,
    totalSteps,
    trained: trainable,
    checkpoint,
    checkpointEvery: options.checkpointEvery,
    resume: options.resume,
    identity: { settings: { ...runSettings(options), blockSizes }, backend },
  })

  const heldOut = await measureTask(model, task)
  if (trainable.adapter) {
    const taskType = model.hasTaskHead ? 'SEQ_CLS' : 'CAUSAL_LM'
    await saveAdapterFolder(out, trainable.adapter, { baseModel: base, taskType })
  } else {
    for (const [name, text] of Object.entries(tokenizer.files())) await writeAtomically(join(out, name), text)
    await saveModelFolder(out, model)
  }
  await writeRunRecord(out, {
    task: task.name,
    kind: task.kind,
    labels: task.labels,
    columns,
    method: method.label,
    sequenceLength: options.sequenceLength,
    steps: totalSteps,
    finalLoss,
    heldOut,
  })
  await discardCheckpoint(checkpoint)
  if (options.json) {
    console.log(
      JSON.stringify({
        out,
        method: method.label,
        steps: totalSteps,
        ...trainable.counts,
        blockSizes,
        gradientEnergy: choice && { captured: choice.share, sites: choice.sites },
        finalLoss,
        heldOut,
      }),
    )
  } else {
    console.log(`${out}: ${method.label}, ${totalSteps} steps; held out: ${formatMeasures(heldOut)}`)
  }
}

/** The options that decide a run's numbers: a run with others is another run. */
function runSettings(options: FinetuneOptions): { [name: string]: unknown } {
  const { json, backend, threads, out, resume, checkpointEvery, ...deciding } = options
  return deciding
}
