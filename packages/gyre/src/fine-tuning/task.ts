import { readFile } from 'node:fs/promises'
import {
  type Batches,
  type Example,
  eraLabels,
  exampleBatches,
  holdOutLastTenth,
  mobyDickText,
  speechesText,
  type TableLayout,
  type Tokenizer,
  tableLayouts,
} from '@gyre/data'
import { loadMobyDick, loadSpeeches, readTaskFolder } from '@gyre/data/node'
import { type MetricName, pretrainingBatches } from '@gyre/train'
import type { ModelConfig } from '@gyre/transformers'
import { eraSplit } from '../compare/comparison-data.js'
import { UsageError } from '../errors.js'
import { checkSequenceLength } from './check-fit.js'

/** What a model is trained for, with its data as batches. */
export interface Task {
  readonly name: string
  readonly kind: 'language-model' | 'classification' | 'regression'
  /** Names of the classes; empty for other kinds. */
  readonly labels: readonly string[]
  readonly metrics: readonly MetricName[]
  readonly train: Batches
  readonly heldOut: Batches
  readonly heldOutCharacters?: number
}

export interface TaskOptions {
  readonly batchSize: number
  readonly sequenceLength: number
  readonly seed: number
}

export const taskNames = ['lm', 'era', ...Object.keys(tableLayouts)]

/** The built-in texts that `--data` may name in place of a file. */
export const builtInTexts: { readonly [name: string]: () => Promise<string> } = {
  speeches: async () => speechesText(await loadSpeeches()),
  'moby-dick': async () => mobyDickText(await loadMobyDick()),
}

/** Reads a task's data: `lm` from a text, `era` from the built-in speeches, the others from tables. */
export async function loadTask(
  name: string,
  data: string | undefined,
  config: ModelConfig,
  tokenizer: Tokenizer,
  options: TaskOptions,
): Promise<Task> {
  if (!taskNames.includes(name))
    throw new UsageError(`--task ${name}: expected one of ${taskNames.join(', ')}`)
  checkSequenceLength(options.sequenceLength, config)
  if (name === 'lm') return languageModelTask(await readText(data), config, tokenizer, options)
  if (config.modelType === 'llama') {
    throw new UsageError(
      `--task ${name} needs a model with a classification head, and a LLaMA has none; expected --task lm`,
    )
  }
  if (name === 'era') {
    const { train, heldOut } = await eraSplit(undefined, undefined, false)
    return exampleTask(name, 'classification', eraLabels, ['accuracy'], train, heldOut, tokenizer, options)
  }
  if (data === undefined) throw new UsageError(`--task ${name} needs --data, a file or a folder`)
  const layout: TableLayout = tableLayouts[name as keyof typeof tableLayouts]
  const { train, dev, labels } = await readTaskFolder(data, layout)
  const kind = layout.labels === 'score' ? 'regression' : 'classification'
  return exampleTask(name, kind, labels, layout.metrics, train, dev, tokenizer, options)
}

async function languageModelTask(
  text: string,
  config: ModelConfig,
  tokenizer: Tokenizer,
  options: TaskOptions,
): Promise<Task> {
  const { train, heldOut } = holdOutLastTenth(text)
  const batches = (part: string): Batches =>
    pretrainingBatches(config, tokenizer.encode(part), tokenizer, options)
  return {
    name: 'lm',
    kind: 'language-model',
    labels: [],
    metrics: [],
    train: batches(train),
    heldOut: batches(heldOut),
    heldOutCharacters: heldOut.length,
  }
}

function exampleTask(
  name: string,
  kind: 'classification' | 'regression',
  labels: readonly string[],
  metrics: readonly MetricName[],
  train: readonly Example[],
  heldOut: readonly Example[],
  tokenizer: Tokenizer,
  { batchSize, sequenceLength, seed }: TaskOptions,
): Task {
  const { pad } = tokenizer.special
  if (pad === undefined)
    throw new UsageError(`--task ${name} pads its texts, and the tokenizer has no token <pad>`)
  const batches = (examples: readonly Example[]): Batches =>
    exampleBatches(
      examples.map((example) => ({
        ...tokenizer.encodeForModel(example.text, { pair: example.textPair, maxLength: sequenceLength }),
        label: example.label,
      })),
      { batchSize, seed, padToken: pad, scores: kind === 'regression' },
    )
  return { name, kind, labels, metrics, train: batches(train), heldOut: batches(heldOut) }
}

/** The text of a file, or a built-in one by its name. */
export async function readText(data: string | undefined): Promise<string> {
  if (data === undefined) {
    throw new UsageError(`--task lm needs --data: a text file, or ${Object.keys(builtInTexts).join(' or ')}`)
  }
  if (Object.hasOwn(builtInTexts, data)) return builtInTexts[data]!()
  const bytes = await readFile(data).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`--data ${data}: there is no such file`) : error
  })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`--data ${data}: is not UTF-8 text`)
  }
  if (text.trim() === '') throw new UsageError(`--data ${data}: the file is empty`)
  return text
}
