export type { LoadProgress } from './assign-weights.js'
export { type BertConfig, BertForMaskedLM, BertForSequenceClassification } from './bert.js'
export { type CheckpointSource, type LoadModelOptions, loadModel, saveModel } from './checkpoint.js'
export {
  formatConfig,
  hasLearnedPositions,
  languageModelTask,
  longestSequence,
  type ModelConfig,
  parseConfig,
} from './config.js'
export { type CreateModelOptions, createModel, type Model, tasksOf } from './create-model.js'
export { CheckpointError } from './errors.js'
export { type GenerateOptions, generate, type TokenIds } from './generation/generate.js'
export type { SamplingOptions } from './generation/token-sampler.js'
export { Gpt2ForSequenceClassification, Gpt2LMHeadModel } from './gpt2.js'
export type { Gpt2Config } from './gpt2-config.js'
export type { ModelInputs, ModelOutputs } from './inputs.js'
export { KeyValueCache, type KeyValueCacheOptions, type KeyValueSizes } from './key-value-cache.js'
export { LlamaForCausalLM, LlamaForSequenceClassification } from './llama.js'
export type { LlamaConfig } from './llama-config.js'
export { openLlama2c } from './llama2c.js'
export { type PresetName, presets } from './presets.js'
export type {
  CausalLanguageModel,
  MaskedLanguageModel,
  ModelTask,
  SequenceClassifier,
} from './pretrained-model.js'
export { type RobertaConfig, RobertaForMaskedLM, RobertaForSequenceClassification } from './roberta.js'
export { rotaryTables } from './rotary-tables.js'
export { joinShards } from './sharded-weights.js'
