import { createHash } from 'node:crypto'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer, trainBytePairTokenizer } from '@gyre/data'
import { writeAtomically } from '@gyre/safetensors/node'
import { type PretrainingOptions, pretraining, runTraining } from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'
import { saveModelFolder } from '@gyre/transformers/node'
import type { OnProgress } from './worker-process/messages.js'

/** Tokens with a meaning of their own, padding at the id that the published models give it. */
export const specialTokens = {
  bert: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
  gpt2: ['<|endoftext|>'],
  llama: ['<unk>', '<s>', '</s>'],
  roberta: ['<s>', '<pad>', '</s>', '<unk>', '<mask>'],
} as const

/** How a base model is made: whatever decides its weights, but the backend. */
export interface BaseModelRecipe {
  readonly config: ModelConfig
  /** Names the text that the tokenizer and the model are trained on: another text has another name. */
  readonly text: string
  readonly pretraining: PretrainingOptions
}

/** Short for a recipe, `llama-1f3a…`: equal ones give the same weights on one backend. */
export function recipeKey(recipe: BaseModelRecipe, backend?: string): string {
  // Raise the number when the code draws or computes others.
  const identity = JSON.stringify({ version: 3, ...recipe, backend })
  return `${recipe.config.modelType}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`
}

/** The folder of a base model; made when it is not there yet, from what `readText` gives. */
export async function prepareFromRecipe(
  cacheFolder: string,
  recipe: BaseModelRecipe,
  { backend, readText, onProgress }: RecipeSurroundings,
): Promise<{ folder: string; cached: boolean }> {
  const { config, pretraining: options } = recipe
  const folder = join(cacheFolder, recipeKey(recipe, backend))
  // Written last.
  const cached = await access(join(folder, 'config.json')).then(
    () => true,
    () => false,
  )
  if (cached) return { folder, cached }
  onProgress(0, options.steps, `training a byte-pair tokenizer of ${config.vocabSize} tokens`)
  const text = await readText()
  const tokenizer = new Tokenizer(
    trainBytePairTokenizer(text, {
      vocabSize: config.vocabSize,
      specialTokens: specialTokens[config.modelType],
    }),
  )
  const { model, trainer } = pretraining(config, tokenizer.encode(text), tokenizer, options)
  await runTraining(trainer, {
    onStep: ({ step, loss }) => onProgress(step, options.steps, `loss ${loss.toFixed(3)}`),
  })
  await mkdir(folder, { recursive: true })
  await writeAtomically(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.json))
  await saveModelFolder(folder, model)
  return { folder, cached }
}

interface RecipeSurroundings {
  readonly backend: string
  readonly readText: () => Promise<string>
  readonly onProgress: OnProgress
}
