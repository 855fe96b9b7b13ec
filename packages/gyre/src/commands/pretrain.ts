import { join } from 'node:path'
import { Tokenizer, trainBytePairTokenizer } from '@gyre/data'
import { writeAtomically } from '@gyre/safetensors/node'
import { checkSequenceLength, pretraining } from '@gyre/train'
import { saveModelFolder } from '@gyre/transformers/node'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { specialTokens } from '../base-model.js'
import {
  type CommonOptions,
  integer,
  makeOutputFolder,
  nonNegativeNumber,
  positiveNumber,
} from '../common-options.js'
import { builtInTexts, readText } from '../fine-tuning/texts.js'
import { findNamedConfig, namedConfigs } from '../named-config.js'
import { discardCheckpoint, superviseRun } from '../supervised-run.js'

interface PretrainOptions extends CommonOptions {
  readonly config: string
  readonly data: string
  readonly out: string
  readonly steps: number
  readonly batchSize: number
  readonly sequenceLength: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  readonly activationCheckpointing: boolean
  readonly checkpointEvery: number
  readonly resume: boolean
}

export function addPretrain(program: Command): Command {
  const names = Object.keys(namedConfigs).join(', ')
  return program
    .command('pretrain')
    .description('train a tokenizer and a model from scratch: a causal language model, or a masked one')
    .requiredOption('--config <name>', `${names}, or a file in the form of Hugging Face's config.json`)
    .requiredOption('--data <path>', `a text file, or ${Object.keys(builtInTexts).join(' or ')}`)
    .requiredOption('--out <dir>', 'folder to write: config.json, model.safetensors, tokenizer.json')
    .requiredOption('--steps <n>', 'updates to make', integer(1))
    .option('--batch-size <n>', 'sequences in a batch', integer(1), 8)
    .option('--sequence-length <n>', 'tokens in a sequence', integer(2), 64)
    .option('--learning-rate <rate>', 'at its highest', positiveNumber, 3e-3)
    .option('--warmup-steps <n>', 'steps over which the rate rises', integer(0), 0)
    .option('--weight-decay <rate>', 'decoupled weight decay of AdamW', nonNegativeNumber, 0.01)
    .option('--max-grad-norm <norm>', 'longer gradients are scaled down to it', positiveNumber, 1)
    .option(
      '--activation-checkpointing',
      'compute each layer a second time for its gradients: less memory, the same numbers',
      false,
    )
    .option('--checkpoint-every <n>', 'steps between two checkpoints', integer(1), 100)
    .option('--resume', 'continue an interrupted run; it ends with the same numbers', false)
    .action(runPretrain)
}

async function runPretrain(options: PretrainOptions): Promise<void> {
  const { identity: backend } = await chooseBackend(options)
  const config = await findNamedConfig(options.config, options.config, `--config ${options.config}`)
  const { out, steps } = options
  checkSequenceLength(options.sequenceLength, config)
  const text = await readText(options.data)
  const tokenizer = new Tokenizer(
    trainBytePairTokenizer(text, {
      vocabSize: config.vocabSize,
      specialTokens: specialTokens[config.modelType],
    }),
  )
  const { model, trainer } = pretraining(config, tokenizer.encode(text), tokenizer, options)
  model.activationCheckpointing = options.activationCheckpointing
  await makeOutputFolder(out)
  const checkpoint = join(out, 'checkpoint.safetensors')
  const { json, backend: _backend, threads, resume, checkpointEvery, ...deciding } = options
  const loss = await superviseRun({
    name: `pre-training ${config.modelType}`,
    trainer,
    totalSteps: steps,
    trained: model,
    checkpoint,
    checkpointEvery,
    resume,
    identity: { settings: { ...deciding, out: undefined }, backend },
  })
  await writeAtomically(join(out, 'tokenizer.json'), JSON.stringify(tokenizer.json))
  await saveModelFolder(out, model)
  await discardCheckpoint(checkpoint)
  if (json) console.log(JSON.stringify({ out, steps, parameters: model.countParameters(), loss }))
  else console.log(`${out}: ${model.countParameters()} parameters, ${steps} steps, loss ${loss.toFixed(4)}`)
}
