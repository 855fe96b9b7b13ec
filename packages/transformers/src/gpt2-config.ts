import type { FieldReader, Fields } from './fields.js'
import { formatSharedFields, readSharedFields, type SharedConfig } from './shared-config.js'

export interface Gpt2Config extends SharedConfig {
  readonly modelType: 'gpt2'
  readonly layerNormEpsilon: number
  /** Of what follows the embeddings. */
  readonly embeddingDropoutProb: number
  readonly attentionProbsDropoutProb: number
  /** Of what each part of a layer adds. */
  readonly residualDropoutProb: number
}

export function parseGpt2Config(read: FieldReader): Gpt2Config {
  read.oneOf('activation_function', 'gelu_new')
  read.oneOf('scale_attn_weights', true)
  read.oneOf('scale_attn_by_inverse_layer_idx', false)
  read.oneOf('add_cross_attention', false)
  read.oneOf('tie_word_embeddings', true)
  const hiddenSize = read.size('n_embd', 768)
  const numAttentionHeads = read.size('n_head', 12)
  read.expectMultiple('n_embd', hiddenSize, 'n_head', numAttentionHeads)
  return {
    modelType: 'gpt2',
    ...readSharedFields(read),
    hiddenSize,
    intermediateSize: read.size('n_inner', 4 * hiddenSize),
    numHiddenLayers: read.size('n_layer', 12),
    numAttentionHeads,
    maxPositionEmbeddings: read.size('n_positions', 1024),
    layerNormEpsilon: read.number('layer_norm_epsilon', 1e-5),
    embeddingDropoutProb: read.number('embd_pdrop', 0.1),
    attentionProbsDropoutProb: read.number('attn_pdrop', 0.1),
    residualDropoutProb: read.number('resid_pdrop', 0.1),
  }
}

export function formatGpt2Config(config: Gpt2Config): Fields {
  return {
    ...formatSharedFields(config),
    activation_function: 'gelu_new',
    n_embd: config.hiddenSize,
    n_inner: config.intermediateSize,
    n_layer: config.numHiddenLayers,
    n_head: config.numAttentionHeads,
    n_positions: config.maxPositionEmbeddings,
    layer_norm_epsilon: config.layerNormEpsilon,
    embd_pdrop: config.embeddingDropoutProb,
    attn_pdrop: config.attentionProbsDropoutProb,
    resid_pdrop: config.residualDropoutProb,
    tie_word_embeddings: true,
  }
}
