import { type Batches, languageModelBatches, maskedLanguageModelBatches, type Tokenizer } from '@gyre/data'
import { cosineSchedule } from '@gyre/nn'
import { createModel, languageModelTask, type Model, type ModelConfig } from '@gyre/transformers'
import { applyMethod } from './apply-method.js'
import { TrainingError } from './errors.js'
import { toMicroBatch } from './token-inputs.js'
import { Trainer } from './trainer.js'

export interface PretrainingOptions {
  readonly steps: number
  readonly batchSize: number
  /** Tokens in a sequence. */
  readonly sequenceLength: number
  readonly learningRate: number
  readonly warmupSteps: number
  readonly weightDecay: number
  readonly maxGradNorm: number
  /** Masked models only: the share of the tokens that are predicted. Default 0.15. */
  readonly maskedShare?: number
  readonly seed: number
}

/** A fresh language model and the trainer that pre-trains it: a causal one, or a masked one. */
export function pretraining(
  config: ModelConfig,
  ids: Int32Array,
  tokenizer: Tokenizer,
  options: PretrainingOptions,
): { model: Model; trainer: Trainer } {
  const { seed, steps, warmupSteps, learningRate, weightDecay, maxGradNorm } = options
  const model = createModel(config, { seed, task: languageModelTask(config) })
  const batches = pretrainingBatches(config, ids, tokenizer, options)
  const trainer = new Trainer(
    model,
    applyMethod(model, { kind: 'full', label: 'full' }, { seed }),
    (step) => [toMicroBatch(batches.batchAt(step))],
    {
      totalSteps: steps,
      learningRate,
      schedule: cosineSchedule({ warmupSteps, totalSteps: steps }),
      weightDecay,
      maxGradNorm,
      seed,
    },
  )
  return { model, trainer }
}

/** The batches of the model's own task: the next token, or the masked ones. */
export function pretrainingBatches(
  config: ModelConfig,
  ids: Int32Array,
  tokenizer: Tokenizer,
  {
    batchSize,
    sequenceLength,
    seed,
    maskedShare = 0.15,
  }: Pick<PretrainingOptions, 'batchSize' | 'sequenceLength' | 'seed' | 'maskedShare'>,
): Batches {
  const shared = { batchSize, sequenceLength, seed }
  if (languageModelTask(config) === 'causal-lm') return languageModelBatches(ids, shared)
  const { mask, bos, eos } = tokenizer.special
  if (mask === undefined)
    throw new TrainingError('a masked language model needs a tokenizer with the token <mask>')
  return maskedLanguageModelBatches(ids, {
    ...shared,
    maskedShare,
    maskToken: mask,
    vocabSize: tokenizer.vocabSize,
    bosToken: bos,
    eosToken: eos,
  })
}
