import { createHash } from 'node:crypto'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer, trainBytePairTokenizer } from '@gyre/data'
import { writeAtomically } from '@gyre/safetensors/node'
import { pretraining, runTraining } from '@gyre/train'
import { saveModelFolder } from '@gyre/transformers/node'
import type { Progress } from '../progress.js'
import { pretrainingText } from './comparison-data.js'
import type { ComparisonSettings } from './settings.js'

/** Tokens with a meaning of their own, padding at the id that the published models give it. */
export const specialTokens = {
  bert: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
  gpt2: ['<|endoftext|>'],
  llama: ['<unk>', '<s>', '</s>'],
  roberta: ['<s>', '<pad>', '</s>', '<unk>', '<mask>'],
} as const

/** The folder of the base model under these settings; made when it is not there yet. */
export async function prepareBaseModel(
  cacheFolder: string,
  settings: ComparisonSettings,
  backend: string,
  progress: Progress,
): Promise<{ folder: string; cached: boolean }> {
  const { vocabSize, config, pretraining: options, task } = settings
  // Whatever decides the weights is in the name; raise the number when the code draws or computes others.
  const identity = JSON.stringify({ version: 2, task, vocabSize, config, options, backend })
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12)
  const folder = join(cacheFolder, `${config.modelType}-${key}`)
  const finished = join(folder, 'config.json')
  if (
    await access(finished).then(
      () => true,
      () => false,
    )
  )
    return { folder, cached: true }

  progress.note(`training a byte-pair tokenizer of ${vocabSize} tokens on the speeches`)
  const text = await pretrainingText(settings)
  const tokenizer = new Tokenizer(
    trainBytePairTokenizer(text, { vocabSize, specialTokens: specialTokens[config.modelType] }),
  )
  const { model, trainer } = pretraining(config, tokenizer.encode(text), tokenizer, options)
  const bar = progress.start('pre-training the base', options.steps)
  await runTraining(trainer, { onStep: ({ step, loss }) => bar.update(step, `loss ${loss.toFixed(3)}`) })
  bar.stop()
  await mkdir(folder, { recursive: true })
  await writeAtomically(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.json))
  await saveModelFolder(folder, model)
  return { folder, cached: false }
}
