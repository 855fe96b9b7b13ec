export { AdaptableLayer } from './adaptable-layer.js'
export { Conv1D, type Conv1DOptions } from './conv1d.js'
export type { Delta } from './delta.js'
export { Dropout } from './dropout.js'
export { Embedding, type EmbeddingOptions } from './embedding.js'
export { DropoutError, OptimizerError } from './errors.js'
export { constant, normal, seedParameters, uniform } from './initializers.js'
export { LayerNorm } from './layer-norm.js'
export { Linear, type LinearOptions } from './linear.js'
export { Module } from './module.js'
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './multi-head-attention.js'
export * from './optim/index.js'
export { RMSNorm } from './rms-norm.js'
export {
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  type Schedule,
  type WarmupOptions,
} from './schedule.js'
