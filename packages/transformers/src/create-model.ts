import { seedParameters } from '@gyre/nn'
import { OptionError } from '@gyre/tensor'
import type { ModelConfig } from './config.js'
import { LlamaForCausalLM } from './llama.js'
import { RobertaForMaskedLM, RobertaForSequenceClassification } from './roberta.js'

/** What a model is for. LLaMA has a causal language model; RoBERTa a masked one and classifiers. */
export type ModelTask = 'causal-lm' | 'masked-lm' | 'sequence-classification'
export type Model = LlamaForCausalLM | RobertaForMaskedLM | RobertaForSequenceClassification

/** The class of each architecture as Hugging Face names it in `architectures`. */
export const taskOfArchitecture: { readonly [architecture: string]: ModelTask | undefined } = {
  LlamaForCausalLM: 'causal-lm',
  RobertaForMaskedLM: 'masked-lm',
  RobertaForSequenceClassification: 'sequence-classification',
}

/** The tasks that a configuration can serve; the first is its default. */
export function tasksOf(config: ModelConfig): readonly [ModelTask, ...ModelTask[]] {
  return config.modelType === 'llama' ? ['causal-lm'] : ['sequence-classification', 'masked-lm']
}

export interface CreateModelOptions {
  readonly task?: ModelTask
  /** Seeds every parameter; they are drawn when first used, so a model of any size costs nothing here. */
  readonly seed: number
}

/** A model with fresh weights. */
export function createModel(
  config: ModelConfig,
  { seed, task = tasksOf(config)[0] }: CreateModelOptions,
): Model {
  if (!tasksOf(config).includes(task)) {
    throw new OptionError(
      `createModel: ${config.modelType} has no ${task} head; expected ${tasksOf(config).join(' or ')}`,
    )
  }
  const model =
    config.modelType === 'llama'
      ? new LlamaForCausalLM(config)
      : task === 'masked-lm'
        ? new RobertaForMaskedLM(config)
        : new RobertaForSequenceClassification(config)
  seedParameters(model, seed)
  return model.eval()
}
