import { checkpoint } from '@gyre/autograd'
import { Embedding, Linear, Module, normal, RMSNorm } from '@gyre/nn'
import {
  add,
  attention,
  crossEntropy,
  linear,
  mul,
  rotaryEmbedding,
  silu,
  slice,
  type Tensor,
} from '@gyre/tensor'
import { joinHeads, splitHeads } from './heads.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import type { CachedLayer, CacheStep, KeyValueCache, KeyValueSizes } from './key-value-cache.js'
import { PretrainedModel } from './pretrained-model.js'
import { type RotaryTables, rotaryRows, rotaryTables } from './rotary-tables.js'

/**
 * LLaMA: a decoder with RMSNorm before each part, rotary positions, grouped-query attention and SwiGLU.
 *
 * @source Touvron et al.: LLaMA: Open and Efficient Foundation Language Models. arXiv 2302.13971.
 * @source Ainslie et al.: GQA. arXiv 2305.13245. Parameter names are those of transformers' LlamaForCausalLM.
 *
 * Axes: B sequences, T tokens, H heads, K key/value heads, D = hidden / H numbers per head, V vocabulary, S tokens
 * that are attended to: T, or those in the cache.
 */
export interface LlamaConfig {
  readonly modelType: 'llama'
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly numHiddenLayers: number
  readonly numAttentionHeads: number
  readonly numKeyValueHeads: number
  readonly maxPositionEmbeddings: number
  readonly rmsNormEps: number
  readonly ropeTheta: number
  readonly tieWordEmbeddings: boolean
  readonly initializerRange: number
  readonly bosTokenId?: number
  readonly eosTokenId?: number
  readonly padTokenId?: number
}

export class LlamaForCausalLM extends PretrainedModel {
  readonly architecture = 'LlamaForCausalLM'
  readonly model: LlamaModel
  /** Absent when the head is tied to the embedding. */
  readonly lm_head: Linear | undefined
  readonly headPaths = ['lm_head'] as const
  readonly config: LlamaConfig

  constructor(config: LlamaConfig) {
    super()
    this.config = config
    this.model = new LlamaModel(config)
    this.lm_head = config.tieWordEmbeddings
      ? undefined
      : new Linear(config.hiddenSize, config.vocabSize, {
          bias: false,
          weightInit: normal(config.initializerRange),
        })
  }

  get keyValueSizes(): KeyValueSizes {
    const { numHiddenLayers, numKeyValueHeads, hiddenSize, numAttentionHeads } = this.config
    return { numLayers: numHiddenLayers, numKeyValueHeads, headSize: hiddenSize / numAttentionHeads }
  }

  /** With a cache, the tokens continue the texts in it, and only each last one's logits are computed. */
  override forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs {
    const step = cache?.next(inputs)
    const hiddenStates = this.model.forward(inputs, this.activationCheckpointing, step)
    const last = step ? step.last(hiddenStates.at(-1)!) : hiddenStates.at(-1)!
    const logits = this.lm_head
      ? this.lm_head.forward(last)
      : linear(last, this.model.embed_tokens.weight.value) // [B, T, V]
    if (!inputs.labels) return { logits, hiddenStates }
    // Each token predicts the next one.
    const [B, T, V] = logits.shape as [number, number, number]
    const predictions = slice(logits, [0, 0, 0], [B, T - 1, V])
    const targets = slice(inputs.labels, [0, 1], [B, T - 1])
    const loss = crossEntropy(predictions, targets, { reduction: inputs.lossReduction ?? 'mean' })
    return { logits, loss, hiddenStates }
  }
}

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
    const { hiddenSize, numAttentionHeads, ropeTheta } = this.#config
    const T = inputIds.shape[1]!
    const angles = rotaryTables(step?.capacity ?? T, hiddenSize / numAttentionHeads, ropeTheta)
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

  constructor({ hiddenSize, numAttentionHeads, numKeyValueHeads, initializerRange }: LlamaConfig) {
    super()
    const options = { bias: false, weightInit: normal(initializerRange) }
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

  constructor({ hiddenSize, intermediateSize, initializerRange }: LlamaConfig) {
    super()
    const options = { bias: false, weightInit: normal(initializerRange) }
    this.gate_proj = new Linear(hiddenSize, intermediateSize, options)
    this.up_proj = new Linear(hiddenSize, intermediateSize, options)
    this.down_proj = new Linear(intermediateSize, hiddenSize, options)
  }

  override forward(x: Tensor): Tensor {
    return this.down_proj.forward(mul(silu(this.gate_proj.forward(x)), this.up_proj.forward(x)))
  }
}
