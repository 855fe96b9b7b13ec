import { generate } from '@gyre/transformers'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer, positiveNumber } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadFineTuned } from '../fine-tuning/load-fine-tuned.js'

interface GenerateOptions extends CommonOptions {
  readonly model: string
  readonly adapter?: string
  readonly prompt: string
  readonly maxNewTokens: number
  readonly temperature?: number
}

export function addGenerate(program: Command): Command {
  return program
    .command('generate')
    .description('continue a text')
    .requiredOption('--model <dir>', 'folder with config.json, model.safetensors and tokenizer.json')
    .option('--adapter <dir>', 'folder of a fine-tuned adapter')
    .requiredOption('--prompt <text>', 'what is continued')
    .option('--max-new-tokens <n>', 'tokens to add, at most', integer(1), 64)
    .option(
      '--temperature <t>',
      'draw tokens at this temperature; otherwise the most likely one is taken',
      positiveNumber,
    )
    .action(runGenerate)
}

async function runGenerate(options: GenerateOptions): Promise<void> {
  await chooseBackend(options)
  const { model, tokenizer } = await loadFineTuned(options)
  if (model.task !== 'causal-lm') {
    throw new UsageError(
      `--model ${options.model} is a ${model.architecture}; generate needs a causal language model`,
    )
  }
  const prompt = tokenizer.encode(options.prompt)
  if (prompt.length === 0) throw new UsageError('--prompt is empty')
  const added: number[] = []
  let shown = options.prompt
  if (!options.json) process.stdout.write(shown)
  await generate(model, prompt, {
    maxNewTokens: options.maxNewTokens,
    temperature: options.temperature ?? 0,
    seed: options.seed,
    onToken: (token) => {
      added.push(token)
      // A character may be spread over several tokens: decode all, and show what is complete.
      const text = options.prompt + tokenizer.decode(added)
      if (text.endsWith('\uFFFD')) return
      if (!options.json) process.stdout.write(text.slice(shown.length))
      shown = text
    },
  })
  console.log(
    options.json ? JSON.stringify({ text: options.prompt + tokenizer.decode(added), tokens: added }) : '',
  )
}
