import { checkpoint } from '@gyre/autograd'
import { Conv1D, Dropout, Embedding, LayerNorm, Linear, Module, normal } from '@gyre/nn'
import { add, arange, gelu, linear, slice, type Tensor } from '@gyre/tensor'
import { defineArchitecture } from './architecture.js'
import { attend, joinHeads, splitHeads } from './attend.js'
import { formatGpt2Config, type Gpt2Config, parseGpt2Config } from './gpt2-config.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import type { CachedLayer, CacheStep, KeyValueCache, KeyValueSizes } from './key-value-cache.js'
import { lastToken } from './last-token.js'
import { CausalLanguageModel, SequenceClassifier } from './pretrained-model.js'

// GPT-2: a decoder with LayerNorm before each part, learned positions and GELU by its tanh approximation. Its linear
// layers keep their weights transposed (Conv1D), and one of them gives queries, keys and values side by side.
//
// Radford et al.: Language Models are Unsupervised Multitask Learners, 2019, and the code published with it.
// Parameter names are those of transformers' GPT2LMHeadModel.
//
// Axes: B sequences, T tokens, H heads, D = hidden / H numbers per head, V vocabulary, L labels, S tokens that are
// attended to: T, or those in the cache.

export class Gpt2LMHeadModel extends CausalLanguageModel {
  static readonly architecture = 'GPT2LMHeadModel'
  readonly architecture = Gpt2LMHeadModel.architecture
  readonly transformer: Gpt2Model
  /** The head is the embedding. */
  readonly headPaths = [] as const
  override readonly tiedNames = { 'lm_head.weight': 'transformer.wte.weight' }
  readonly config: Gpt2Config

  constructor(config: Gpt2Config) {
    super()
    this.config = config
    this.transformer = new Gpt2Model(config)
  }

  override get keyValueSizes(): KeyValueSizes {
    const { numHiddenLayers, numAttentionHeads, hiddenSize } = this.config
    return {
      numLayers: numHiddenLayers,
      numKeyValueHeads: numAttentionHeads,
      headSize: hiddenSize / numAttentionHeads,
    }
  }

  override forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs {
    const step = cache?.next(inputs)
    const hiddenStates = this.transformer.forward(inputs, this.activationCheckpointing, step)
    const last = step ? step.last(hiddenStates.at(-1)!) : hiddenStates.at(-1)!
    const logits = linear(last, this.transformer.wte.weight.value) // [B, T, V]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

export class Gpt2ForSequenceClassification extends SequenceClassifier {
  static readonly architecture = 'GPT2ForSequenceClassification'
  readonly architecture = Gpt2ForSequenceClassification.architecture
  readonly transformer: Gpt2Model
  readonly score: Linear
  readonly headPaths = ['score'] as const
  readonly config: Gpt2Config

  constructor(config: Gpt2Config) {
    super()
    this.config = config
    this.transformer = new Gpt2Model(config)
    this.score = new Linear(config.hiddenSize, this.numLabels, {
      bias: false,
      weightInit: normal(config.initializerRange),
    })
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.transformer.forward(inputs, this.activationCheckpointing, undefined)
    const last = lastToken(hiddenStates.at(-1)!, inputs, this.config.padTokenId)
    const logits = this.score.forward(last) // [B, L]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

/** The body that every task shares. */
class Gpt2Model extends Module {
  readonly wte: Embedding
  readonly wpe: Embedding
  readonly drop: Dropout
  readonly h: readonly Gpt2Block[]
  readonly ln_f: LayerNorm

  constructor(config: Gpt2Config) {
    super()
    const { vocabSize, maxPositionEmbeddings, hiddenSize, initializerRange } = config
    const options = { weightInit: normal(initializerRange) }
    this.wte = new Embedding(vocabSize, hiddenSize, options)
    this.wpe = new Embedding(maxPositionEmbeddings, hiddenSize, options)
    this.drop = new Dropout(config.embeddingDropoutProb)
    this.h = Array.from({ length: config.numHiddenLayers }, () => new Gpt2Block(config))
    this.ln_f = new LayerNorm(hiddenSize, { epsilon: config.layerNormEpsilon })
  }

  /** The hidden states `[B, T, hidden]`: after the embedding, after each layer, the last one normalised. */
  override forward(
    { inputIds, attentionMask, seed }: ModelInputs,
    checkpointing: boolean,
    step: CacheStep | undefined,
  ): Tensor[] {
    const positions = step ? step.positions : (arange(inputIds.shape[1]!) as Tensor)
    const embedded = add(this.wte.forward(inputIds), this.wpe.forward(positions))
    const mask = step ? step.keyMask : attentionMask
    const hiddenStates = [this.drop.forward(embedded, seed)]
    for (const [i, block] of this.h.entries()) {
      const run = (x: Tensor): Tensor => block.forward(x, mask, seed, step?.layers[i])
      hiddenStates.push((checkpointing ? checkpoint(run) : run)(hiddenStates.at(-1)!))
    }
    hiddenStates.push(this.ln_f.forward(hiddenStates.pop()!))
    return hiddenStates
  }
}

class Gpt2Block extends Module {
  readonly ln_1: LayerNorm
  readonly attn: Gpt2Attention
  readonly ln_2: LayerNorm
  readonly mlp: Gpt2Mlp

  constructor(config: Gpt2Config) {
    super()
    this.ln_1 = new LayerNorm(config.hiddenSize, { epsilon: config.layerNormEpsilon })
    this.attn = new Gpt2Attention(config)
    this.ln_2 = new LayerNorm(config.hiddenSize, { epsilon: config.layerNormEpsilon })
    this.mlp = new Gpt2Mlp(config)
  }

  override forward(
    x: Tensor,
    mask: Tensor | undefined,
    seed: Tensor | undefined,
    cached: CachedLayer | undefined,
  ): Tensor {
    const attended = add(x, this.attn.forward(this.ln_1.forward(x), mask, seed, cached))
    return add(attended, this.mlp.forward(this.ln_2.forward(attended), seed))
  }
}

class Gpt2Attention extends Module {
  /** Queries, keys and values side by side: `[hidden, 3·hidden]`. */
  readonly c_attn: Conv1D
  readonly c_proj: Conv1D
  readonly attn_dropout: Dropout
  readonly resid_dropout: Dropout
  readonly #heads: number

  constructor(config: Gpt2Config) {
    super()
    const { hiddenSize, numAttentionHeads } = config
    this.#heads = numAttentionHeads
    this.c_attn = new Conv1D(hiddenSize, 3 * hiddenSize, { weightInit: normal(config.initializerRange) })
    this.c_proj = new Conv1D(hiddenSize, hiddenSize, { weightInit: residualInit(config) })
    this.attn_dropout = new Dropout(config.attentionProbsDropoutProb)
    this.resid_dropout = new Dropout(config.residualDropoutProb)
  }

  override forward(
    x: Tensor,
    keyMask: Tensor | undefined,
    seed: Tensor | undefined,
    cached: CachedLayer | undefined,
  ): Tensor {
    const [B, T, hidden] = x.shape as [number, number, number]
    const joint = this.c_attn.forward(x) // [B, T, 3·hidden]
    const part = (i: number): Tensor =>
      splitHeads(slice(joint, [0, 0, i * hidden], [B, T, hidden]), this.#heads)
    const [q, k, v] = [part(0), part(1), part(2)] // [B, H, T, D]
    const [keys, values] = cached?.append(k, v) ?? [k, v] // [B, H, S, D]
    const attended = attend(q, keys, values, { causal: true, keyMask, dropout: this.attn_dropout, seed })
    return this.resid_dropout.forward(this.c_proj.forward(joinHeads(attended)), seed)
  }
}

class Gpt2Mlp extends Module {
  readonly c_fc: Conv1D
  readonly c_proj: Conv1D
  readonly dropout: Dropout

  constructor(config: Gpt2Config) {
    super()
    const { hiddenSize, intermediateSize, initializerRange } = config
    this.c_fc = new Conv1D(hiddenSize, intermediateSize, { weightInit: normal(initializerRange) })
    this.c_proj = new Conv1D(intermediateSize, hiddenSize, { weightInit: residualInit(config) })
    this.dropout = new Dropout(config.residualDropoutProb)
  }

  override forward(x: Tensor, seed: Tensor | undefined): Tensor {
    const inner = gelu(this.c_fc.forward(x), { approximate: 'tanh' })
    return this.dropout.forward(this.c_proj.forward(inner), seed)
  }
}

/** What adds to the residual stream begins smaller, the more layers there are: two additions in each (section 2.3). */
function residualInit({ initializerRange, numHiddenLayers }: Gpt2Config) {
  return normal(initializerRange / Math.sqrt(2 * numHiddenLayers))
}

export const gpt2 = defineArchitecture<Gpt2Config>()({
  parseConfig: parseGpt2Config,
  formatConfig: formatGpt2Config,
  positions: 'learned',
  longestSequence: ({ maxPositionEmbeddings }) => maxPositionEmbeddings,
  models: {
    'causal-lm': Gpt2LMHeadModel,
    'sequence-classification': Gpt2ForSequenceClassification,
  },
  body: 'transformer',
  // The causal masks, as numbers.
  unusedKeys: /(^|\.)h\.\d+\.attn\.(bias|masked_bias)$/,
})
