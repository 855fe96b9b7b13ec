import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Batches,
  eraLabels,
  holdOutLastTenth,
  languageModelBatches,
  mobyDickText,
  speechesText,
  Tokenizer,
  trainBytePairTokenizer,
} from '@gyre/data'
import { loadMobyDick, loadSpeeches, loadTokenizer } from '@gyre/data/node'
import { eraParts, headFor, labelledBatches, pretraining, runTraining } from '@gyre/train'
import type { Model, ModelConfig } from '@gyre/transformers'
import { loadModelFolder, saveModelFolder } from '@gyre/transformers/node'

/** A task of the study, on a base model that is there or is made once. */
export interface StudyTask {
  readonly name: string
  readonly title: string
  readonly steps: number
  /** Of a fresh head, trained beside the adapter. */
  readonly headLearningRate?: number
  readonly targets: readonly string[]
  /** Block sizes, each the same everywhere, whose count is a budget. */
  readonly uniform: readonly number[]
  /** The base, and what is trained and measured on. For `tuning`, the end of the training part is held out instead. */
  prepare(seed: number, tuning: boolean): Promise<Prepared>
}

export interface Prepared {
  readonly model: Model
  readonly train: Batches
  readonly heldOut: Batches
}

const heldOutTokens = 6_000
const sequenceLength = 64

/** The base of the built-in task: a LLaMA that has read speeches. */
const config: ModelConfig = {
  modelType: 'llama',
  vocabSize: 512,
  hiddenSize: 64,
  intermediateSize: 128,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  numKeyValueHeads: 4,
  maxPositionEmbeddings: sequenceLength,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: false,
  initializerRange: 0.05,
  bosTokenId: 1,
  eosTokenId: 2,
}

const pretrainingOptions = {
  steps: 800,
  batchSize: 8,
  sequenceLength,
  learningRate: 3e-3,
  warmupSteps: 20,
  weightDecay: 0.01,
  maxGradNorm: 1,
  seed: 0,
} as const

/** The task on the built-in texts; and, where there is a folder of data, one on a published checkpoint. */
export function studyTasks(cache: string, data: string | undefined): StudyTask[] {
  const builtIn = [mobyDick(join(cache, 'base')), era(join(cache, 'era-base'))]
  if (data === undefined) return builtIn
  const [checkpoint, text] = [join(data, 'stories260K'), join(data, 'tinyshakespeare/input.txt')]
  return [...builtIn, stories(checkpoint, text)]
}

function mobyDick(base: string): StudyTask {
  return {
    name: 'moby-dick',
    title: 'Moby-Dick, a LLaMA pre-trained on speeches',
    steps: 200,
    targets: ['all-linear'],
    uniform: [64, 16],
    prepare: async (seed, tuning) => {
      await makeBase(base, config, someSpeeches)
      return textTask(base, mobyDickText(await loadMobyDick()), { batchSize: 8, seed, tuning })
    },
  }
}

/** Classifies pieces of 48 words, on a base that has room for them and has read all the speeches of the training part. */
function era(base: string): StudyTask {
  const roomy = { ...config, maxPositionEmbeddings: 128 }
  return {
    name: 'era',
    title: 'the era of a speech, another LLaMA pre-trained on speeches',
    steps: 400,
    headLearningRate: 1e-3,
    targets: ['all-linear'],
    uniform: [64, 16],
    prepare: async (seed, tuning) => {
      await makeBase(base, roomy, () => true)
      const { train, heldOut } = labelledBatches(eraParts(await loadSpeeches()), {
        tokenizer: await loadTokenizer(base),
        config: roomy,
        options: { batchSize: 8, sequenceLength: roomy.maxPositionEmbeddings, seed },
        portion: { tuning, trainingLimit: 8000, heldOutLimit: 1000 },
      })
      const head = headFor({ kind: 'classification', labels: eraLabels })
      return { model: await loadModelFolder(base, { ...head, seed }), train: train!, heldOut }
    },
  }
}

function stories(checkpoint: string, text: string): StudyTask {
  return {
    name: 'stories260K',
    title: 'tinyshakespeare, the published stories260K',
    steps: 200,
    // The sides of its MLP, 64 and 172, have no common divisor above 4.
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
    uniform: [32],
    prepare: async (seed, tuning) =>
      textTask(checkpoint, await readFile(text, 'utf8'), { batchSize: 4, seed, tuning }),
  }
}

interface TextOptions {
  readonly batchSize: number
  readonly seed: number
  readonly tuning: boolean
}

async function textTask(
  folder: string,
  text: string,
  { batchSize, seed, tuning }: TextOptions,
): Promise<Prepared> {
  const { train, heldOut } = await encodedParts(folder, text, tuning)
  const options = { batchSize, sequenceLength, seed }
  return {
    model: await loadModelFolder(folder),
    train: languageModelBatches(train, options),
    heldOut: languageModelBatches(heldOut, options),
  }
}

/** The ids of what is trained on, of which the runs see a part, and of the beginning of what is held out. */
async function encodedParts(folder: string, text: string, tuning: boolean) {
  const key = `${folder} ${tuning}`
  const known = encoded.get(key)
  if (known) return known
  const tokenizer = await loadTokenizer(folder)
  const split = holdOutLastTenth(text)
  const parts = tuning ? holdOutLastTenth(split.train) : split
  const ids = {
    train: tokenizer.encode(parts.train.slice(0, 400_000)),
    heldOut: tokenizer.encode(parts.heldOut.slice(0, 40_000)).slice(0, heldOutTokens),
  }
  encoded.set(key, ids)
  return ids
}

const encoded = new Map<string, { readonly train: Int32Array; readonly heldOut: Int32Array }>()

/** A part of every era. */
const someSpeeches = (index: number): boolean => index % 6 === 0

/** Pre-trains a base into a folder, unless it is there, on speeches of years that the task of the eras does not hold out. */
async function makeBase(
  folder: string,
  config: ModelConfig,
  isRead: (index: number) => boolean,
): Promise<void> {
  if (existsSync(join(folder, 'config.json'))) return
  const text = speechesText((await loadSpeeches()).filter(({ year }, i) => year % 5 !== 0 && isRead(i)))
  const specialTokens = ['<unk>', '<s>', '</s>']
  const tokenizer = new Tokenizer(
    trainBytePairTokenizer(text, { vocabSize: config.vocabSize, specialTokens }),
  )
  const { model, trainer } = pretraining(config, tokenizer.encode(text), tokenizer, {
    ...pretrainingOptions,
    sequenceLength: config.maxPositionEmbeddings,
  })
  await runTraining(trainer, {
    onStep: ({ step, loss }) => {
      if (step % 200 === 0) console.error(`base, step ${step}: loss ${loss.toFixed(3)}`)
    },
  })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.json))
  await saveModelFolder(folder, model)
}
