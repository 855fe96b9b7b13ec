import { checkpoint } from '@gyre/autograd'
import { Embedding, Linear, Module, normal, RMSNorm } from '@gyre/nn'
import { add, attention, linear, mul, rotaryEmbedding, silu, type Tensor } from '@gyre/tensor'
import { defineArchitecture } from './architecture.js'
import { joinHeads, splitHeads } from './attend.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import type { CachedLayer, CacheStep, KeyValueCache, KeyValueSizes } from './key-value-cache.js'
import { lastToken } from './last-token.js'
import { formatLlamaConfig, type LlamaConfig, parseLlamaConfig } from './llama-config.js'
import { CausalLanguageModel, SequenceClassifier } from './pretrained-model.js'
import { type RotaryTables, rotaryRows, rotaryTables } from './rotary-tables.js'

// LLaMA: a decoder with RMSNorm before each part, rotary positions, grouped-query attention and SwiGLU.
//
// Touvron et al.: LLaMA: Open and Efficient Foundation Language Models. arXiv 2302.13971.
// Ainslie et al.: GQA. arXiv 2305.13245. Parameter names are those of transformers' LlamaForCausalLM.
//
// Axes: B sequences, T tokens, H heads, K key/value heads, D = hidden / H numbers per head, V vocabulary, L labels,
// S tokens that are attended to: T, or those in the cache.

export class LlamaForCausalLM extends CausalLanguageModel {
  static readonly architecture = 'LlamaForCausalLM'
  readonly architecture = LlamaForCausalLM.architecture
  readonly model: LlamaModel
  /** Absent when the head is tied to the embedding. */
  readonly lm_head: Linear | undefined
  readonly headPaths = ['lm_head'] as const
  override readonly tiedNames: { readonly [stored: string]: string }
  readonly config: LlamaConfig

  constructor(config: LlamaConfig) {
    super()
    this.config = config
    this.model = new LlamaModel(config)
    this.lm_head = config.tieWordEmbeddings
      ? undefined
      : new Linear(config.hiddenSize, config.vocabSize, linearOptions(config))
    this.tiedNames = config.tieWordEmbeddings ? { 'lm_head.weight': 'model.embed_tokens.weight' } : {}
  }

  override get keyValueSizes(): KeyValueSizes {
    const { numHiddenLayers, numKeyValueHeads, hiddenSize, numAttentionHeads } = this.config
    return { numLayers: numHiddenLayers, numKeyValueHeads, headSize: hiddenSize / numAttentionHeads }
  }

  override forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs {
    const step = cache?.next(inputs)
    const hiddenStates = this.model.forward(inputs, this.activationCheckpointing, step)
    const last = step ? step.last(hiddenStates.at(-1)!) : hiddenStates.at(-1)!
    const logits = this.lm_head
      ? this.lm_head.forward(last)
      : linear(last, this.model.embed_tokens.weight.value) // [B, T, V]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

export class LlamaForSequenceClassification extends SequenceClassifier {
  static readonly architecture = 'LlamaForSequenceClassification'
  readonly architecture = LlamaForSequenceClassification.architecture
  readonly model: LlamaModel
  readonly score: Linear
  readonly headPaths = ['score'] as const
  readonly config: LlamaConfig

  constructor(config: LlamaConfig) {
    super()
    this.config = config
    this.model = new LlamaModel(config)
    this.score = new Linear(config.hiddenSize, this.numLabels, linearOptions(config))
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.model.forward(inputs, this.activationCheckpointing, undefined)
    const last = lastToken(hiddenStates.at(-1)!, inputs, this.config.padTokenId)
    const logits = this.score.forward(last) // [B, L]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

/** The body that every task shares. */
export class LlamaModel extends Module {
  readonly embed_tokens: Embedding
  readonly layers: readonly LlamaDecoderLayer[]
  readonly norm: RMSNorm
  readonly #config: LlamaConfig

  constructor(config: LlamaConfig) {
    super()
    this.#config = config
    this.embed_tokens = new Embedding(config.vocabSize, config.hiddenSize, {
      weightInit: normal(config.initializerRange),
    })
    this.layers = Array.from({ length: config.numHiddenLayers }, () => new LlamaDecoderLayer(config))
    this.norm = new RMSNorm(config.hiddenSize, { epsilon: config.rmsNormEps })
  }

  /** The hidden states `[B, T, hidden]`: after the embedding, after each layer, the last one normalised. */
  override forward(
    { inputIds, attentionMask }: ModelInputs,
    checkpointing: boolean,
    step: CacheStep | undefined,
  ): Tensor[] {
    const angles = this.#angles(step?.capacity ?? inputIds.shape[1]!)
    const tables = step ? rotaryRows(angles, step.positions) : angles
    const mask = step ? step.keyMask : attentionMask
    const hiddenStates = [this.embed_tokens.forward(inputIds)]
    for (const [i, layer] of this.layers.entries()) {
      const run = (x: Tensor): Tensor => layer.forward(x, tables, mask, step?.layers[i])
      hiddenStates.push((checkpointing ? checkpoint(run) : run)(hiddenStates.at(-1)!))
    }
    hiddenStates.push(this.norm.forward(hiddenStates.pop()!))
    return hiddenStates
  }

  #angles(length: number): RotaryTables {
    const { hiddenSize, numAttentionHeads, ropeTheta, ropeScaling } = this.#config
    return rotaryTables(length, hiddenSize / numAttentionHeads, ropeTheta, ropeScaling?.factor)
  }
}

class LlamaDecoderLayer extends Module {
  readonly self_attn: LlamaAttention
  readonly mlp: LlamaMlp
  readonly input_layernorm: RMSNorm
  readonly post_attention_layernorm: RMSNorm

  constructor(config: LlamaConfig) {
    super()
    this.self_attn = new LlamaAttention(config)
    this.mlp = new LlamaMlp(config)
    this.input_layernorm = new RMSNorm(config.hiddenSize, { epsilon: config.rmsNormEps })
    this.post_attention_layernorm = new RMSNorm(config.hiddenSize, { epsilon: config.rmsNormEps })
  }

  override forward(
    x: Tensor,
    tables: RotaryTables,
    mask: Tensor | undefined,
    cached: CachedLayer | undefined,
  ): Tensor {
    const attended = add(x, this.self_attn.forward(this.input_layernorm.forward(x), tables, mask, cached))
    return add(attended, this.mlp.forward(this.post_attention_layernorm.forward(attended)))
  }
}

class LlamaAttention extends Module {
  readonly q_proj: Linear
  readonly k_proj: Linear
  readonly v_proj: Linear
  readonly o_proj: Linear
  readonly #heads: number
  readonly #keyValueHeads: number

  constructor(config: LlamaConfig) {
    super()
    const { hiddenSize, numAttentionHeads, numKeyValueHeads } = config
    const options = linearOptions(config)
    const keyValueSize = (hiddenSize / numAttentionHeads) * numKeyValueHeads
    this.#heads = numAttentionHeads
    this.#keyValueHeads = numKeyValueHeads
    this.q_proj = new Linear(hiddenSize, hiddenSize, options)
    this.k_proj = new Linear(hiddenSize, keyValueSize, options)
    this.v_proj = new Linear(hiddenSize, keyValueSize, options)
    this.o_proj = new Linear(hiddenSize, hiddenSize, options)
  }

  override forward(
    x: Tensor,
    { cos, sin }: RotaryTables,
    keyMask: Tensor | undefined,
    cached: CachedLayer | undefined,
  ): Tensor {
    const q = rotaryEmbedding(splitHeads(this.q_proj.forward(x), this.#heads), cos, sin) // [B, H, T, D]
    const k = rotaryEmbedding(splitHeads(this.k_proj.forward(x), this.#keyValueHeads), cos, sin) // [B, K, T, D]
    const v = splitHeads(this.v_proj.forward(x), this.#keyValueHeads) // [B, K, T, D]
    const [keys, values] = cached?.append(k, v) ?? [k, v] // [B, K, S, D]
    return this.o_proj.forward(joinHeads(attention(q, keys, values, { causal: true, keyMask })))
  }
}

class LlamaMlp extends Module {
  readonly gate_proj: Linear
  readonly up_proj: Linear
  readonly down_proj: Linear

  constructor(config: LlamaConfig) {
    super()
    const { hiddenSize, intermediateSize } = config
    const options = linearOptions(config)
    this.gate_proj = new Linear(hiddenSize, intermediateSize, options)
    this.up_proj = new Linear(hiddenSize, intermediateSize, options)
    this.down_proj = new Linear(intermediateSize, hiddenSize, options)
  }

  override forward(x: Tensor): Tensor {
    return this.down_proj.forward(mul(silu(this.gate_proj.forward(x)), this.up_proj.forward(x)))
  }
}

function linearOptions({ initializerRange }: LlamaConfig) {
  return { bias: false, weightInit: normal(initializerRange) }
}

export const llama = defineArchitecture<LlamaConfig>()({
  parseConfig: parseLlamaConfig,
  formatConfig: formatLlamaConfig,
  positions: 'rotary',
  longestSequence: ({ maxPositionEmbeddings }) => maxPositionEmbeddings,
  models: {
    'causal-lm': LlamaForCausalLM,
    'sequence-classification': LlamaForSequenceClassification,
  },
  body: 'model',
  // Angles, which follow from the configuration.
  unusedKeys: /\.rotary_emb\.inv_freq$/,
})
