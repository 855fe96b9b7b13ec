import { readFile } from 'node:fs/promises'
import type { Tokenizer } from '@gyre/data'
import { generate } from '@gyre/transformers'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer, nonNegativeNumber, positiveNumber } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadFineTuned } from '../fine-tuning/load-fine-tuned.js'
import { ContinuedText } from '../generation/continued-text.js'

interface GenerateOptions extends CommonOptions {
  readonly model: string
  readonly adapter?: string
  readonly prompt: readonly string[]
  readonly prompts?: string
  readonly maxNewTokens: number
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly stop: readonly string[]
  readonly batchSize: number
}

interface Prompt {
  readonly text: string
  readonly ids: Int32Array
}

export function addGenerate(program: Command): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
  return program
    .command('generate')
    .description('continue a text, or several side by side')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .option('--prompt <text>', 'what is continued; may be given several times', collect, [])
    .option('--prompts <file>', 'file with a prompt on each line')
    .option('--max-new-tokens <n>', 'tokens to add, at most', integer(1), 64)
    .option(
      '--temperature <t>',
      'draw tokens at this temperature; 0 takes the most likely one. Default 0, or 1 with --top-k or --top-p',
      nonNegativeNumber,
    )
    .option('--top-k <k>', 'draw from the k most likely tokens only', integer(1))
    .option(
      '--top-p <p>',
      'draw from the fewest tokens whose probabilities add up to p, above 0 and at most 1',
      positiveNumber,
    )
    .option('--stop <text>', 'end before this text; may be given several times', collect, [])
    .option('--batch-size <n>', 'prompts side by side', integer(1), 16)
    .addHelpText(
      'after',
      '\nThe tokens that the tokenizer puts before a text, such as <s>, are put before each prompt. Of a text that is\n' +
        'longer than the model’s positions, the last ones are seen.',
    )
    .action(runGenerate)
}

async function runGenerate(options: GenerateOptions): Promise<void> {
  const texts = await readPrompts(options)
  await chooseBackend(options)
  const { model, tokenizer } = await loadFineTuned(options)
  if (model.task !== 'causal-lm') {
    throw new UsageError(
      `--model ${options.model} is a ${model.architecture}; generate needs a causal language model`,
    )
  }
  const prompts = texts.map((text): Prompt => ({ text, ids: encodePrompt(text, tokenizer) }))
  const streams = prompts.length === 1 && !options.json
  if (streams) process.stdout.write(prompts[0]!.text)
  const finished: { readonly text: string; readonly tokens: readonly number[] }[] = []
  const { maxNewTokens, temperature, topK, topP, seed } = options
  for (let first = 0; first < prompts.length; first += options.batchSize) {
    const batch = prompts.slice(first, first + options.batchSize)
    const continued = batch.map(({ ids }) => new ContinuedText(tokenizer, ids, options.stop))
    let shown = 0
    const tokens = await generate(
      model,
      batch.map(({ ids }) => ids),
      {
        maxNewTokens,
        temperature,
        topK,
        topP,
        seed,
        firstRow: first,
        stopWhen: (added, row) => {
          const text = continued[row - first]!
          text.update(added)
          if (streams) process.stdout.write(text.settled.slice(shown))
          shown = text.settled.length
          return text.stopped
        },
      },
    )
    if (streams) process.stdout.write(continued[0]!.text.slice(shown))
    for (const [i, { text }] of batch.entries()) {
      finished.push({ text: text + continued[i]!.text, tokens: tokens[i]! })
    }
  }
  if (options.json) {
    const isOne = options.prompts === undefined && finished.length === 1
    console.log(JSON.stringify(isOne ? finished[0] : finished))
  } else if (streams) console.log()
  else console.log(finished.map(({ text }, i) => `--- ${i + 1} ---\n${text}\n`).join('\n'))
}

async function readPrompts({ prompt, prompts: file }: GenerateOptions): Promise<readonly string[]> {
  if (file === undefined) {
    if (prompt.length === 0) throw new UsageError('what is continued? expected --prompt or --prompts')
    return prompt
  }
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '')
  if (lines.length === 0)
    throw new UsageError(`--prompts ${file}: expected a prompt on each line, found none`)
  return [...prompt, ...lines]
}

function encodePrompt(text: string, tokenizer: Tokenizer): Int32Array {
  const prompt = tokenizer.encodePrompt(text)
  if (prompt.length === 0) throw new UsageError('--prompt is empty')
  return prompt
}
