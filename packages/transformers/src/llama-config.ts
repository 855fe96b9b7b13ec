import type { FieldReader, Fields } from './fields.js'
import {
  formatSharedFields,
  formatSizes,
  readSharedFields,
  readSizes,
  type SharedConfig,
} from './shared-config.js'

export interface LlamaConfig extends SharedConfig {
  readonly modelType: 'llama'
  /** Several query heads may share the keys and values of one. */
  readonly numKeyValueHeads: number
  readonly rmsNormEps: number
  readonly ropeTheta: number
  /** Positions are divided by the factor, so that a longer text has the angles of a shorter one. */
  readonly ropeScaling?: { readonly type: 'linear'; readonly factor: number }
  readonly tieWordEmbeddings: boolean
}

export function parseLlamaConfig(read: FieldReader): LlamaConfig {
  read.oneOf('hidden_act', 'silu')
  read.oneOf('attention_bias', false)
  read.oneOf('attention_dropout', 0)
  read.oneOf('mlp_bias', false)
  const sizes = readSizes(read, { longest: 2048 })
  const { hiddenSize, numAttentionHeads } = sizes
  const numKeyValueHeads = read.size('num_key_value_heads', numAttentionHeads)
  read.expectMultiple('num_attention_heads', numAttentionHeads, 'num_key_value_heads', numKeyValueHeads)
  read.oneOf('head_dim', hiddenSize / numAttentionHeads)
  // transformers 5 keeps theta and the scaling together.
  const rope = read.object('rope_parameters')
  return {
    modelType: 'llama',
    ...readSharedFields(read),
    ...sizes,
    numKeyValueHeads,
    rmsNormEps: read.number('rms_norm_eps', 1e-6),
    ropeTheta: (rope ?? read).number('rope_theta', 10000),
    ropeScaling: readRopeScaling(rope ?? read.object('rope_scaling')),
    tieWordEmbeddings: read.boolean('tie_word_embeddings', false),
  }
}

function readRopeScaling(read: FieldReader | undefined): LlamaConfig['ropeScaling'] {
  // `type` is what older files call it.
  const type = read?.oneOf(read.has('rope_type') ? 'rope_type' : 'type', 'linear', 'default')
  return read && type === 'linear' ? { type, factor: read.number('factor') } : undefined
}

export function formatLlamaConfig(config: LlamaConfig): Fields {
  const { ropeScaling } = config
  return {
    ...formatSharedFields(config),
    ...formatSizes(config),
    hidden_act: 'silu',
    num_key_value_heads: config.numKeyValueHeads,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    // Both names, for older and newer readers.
    rope_scaling: ropeScaling ? { ...ropeScaling, rope_type: ropeScaling.type } : null,
    tie_word_embeddings: config.tieWordEmbeddings,
  }
}
