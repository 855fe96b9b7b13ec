import { checkpoint } from '@gyre/autograd'
import { constant, Dropout, Embedding, LayerNorm, Linear, Module, normal } from '@gyre/nn'
import { add, gelu, reshape, slice, type Tensor, zeros } from '@gyre/tensor'
import { attend, joinHeads, splitHeads } from './attend.js'
import type { EncoderConfig } from './encoder-config.js'
import type { ModelInputs } from './inputs.js'

/**
 * What BERT and RoBERTa have in common: an encoder with LayerNorm after each part and exact GELU, on embeddings of
 * words, learned positions and token types.
 *
 * @source Devlin et al.: BERT. arXiv 1810.04805. Parameter names are those of transformers' BertModel.
 *
 * Axes: B sequences, T tokens, H heads, D = hidden / H numbers per head.
 */
export abstract class EncoderEmbeddings extends Module {
  readonly word_embeddings: Embedding
  readonly position_embeddings: Embedding
  readonly token_type_embeddings: Embedding
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout

  constructor(config: EncoderConfig, { positionPadding }: { readonly positionPadding?: number } = {}) {
    super()
    const { hiddenSize, padTokenId } = config
    const weightInit = normal(config.initializerRange)
    this.word_embeddings = new Embedding(config.vocabSize, hiddenSize, {
      paddingIndex: padTokenId,
      weightInit,
    })
    this.position_embeddings = new Embedding(config.maxPositionEmbeddings, hiddenSize, {
      paddingIndex: positionPadding,
      weightInit,
    })
    this.token_type_embeddings = new Embedding(config.typeVocabSize, hiddenSize, { weightInit })
    this.LayerNorm = new LayerNorm(hiddenSize, { epsilon: config.layerNormEps })
    this.dropout = new Dropout(config.hiddenDropoutProb)
  }

  /** Where each token stands, int32 `[T]` or `[B, T]`. */
  protected abstract positions(inputIds: Tensor): Tensor

  /** Shapes: ids `[B, T]` → `[B, T, hidden]`. */
  override forward({ inputIds, tokenTypeIds, seed }: ModelInputs): Tensor {
    const words = this.word_embeddings.forward(inputIds)
    const types = this.token_type_embeddings.forward(
      tokenTypeIds ?? (zeros(inputIds.shape, { dtype: 'int32' }) as Tensor),
    )
    const positions = this.position_embeddings.forward(this.positions(inputIds))
    return this.dropout.forward(this.LayerNorm.forward(add(add(words, types), positions)), seed)
  }
}

export class Encoder extends Module {
  readonly layer: readonly EncoderLayer[]

  constructor(config: EncoderConfig) {
    super()
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new EncoderLayer(config))
  }

  /** The hidden states `[B, T, hidden]`: what came in, and after each layer. `keyMask` `[B, T]`: 0 hides a token. */
  override forward(
    embedded: Tensor,
    keyMask: Tensor | undefined,
    seed: Tensor | undefined,
    checkpointing: boolean,
  ): Tensor[] {
    const hiddenStates = [embedded]
    for (const layer of this.layer) {
      const run = (x: Tensor): Tensor => layer.forward(x, keyMask, seed)
      hiddenStates.push((checkpointing ? checkpoint(run) : run)(hiddenStates.at(-1)!))
    }
    return hiddenStates
  }
}

class EncoderLayer extends Module {
  readonly attention: EncoderAttention
  readonly intermediate: EncoderIntermediate
  readonly output: EncoderOutput

  constructor(config: EncoderConfig) {
    super()
    this.attention = new EncoderAttention(config)
    this.intermediate = new EncoderIntermediate(config)
    this.output = new EncoderOutput(config.intermediateSize, config)
  }

  override forward(x: Tensor, keyMask: Tensor | undefined, seed: Tensor | undefined): Tensor {
    const attended = this.attention.forward(x, keyMask, seed)
    return this.output.forward(this.intermediate.forward(attended), attended, seed)
  }
}

class EncoderAttention extends Module {
  readonly self: EncoderSelfAttention
  readonly output: EncoderOutput

  constructor(config: EncoderConfig) {
    super()
    this.self = new EncoderSelfAttention(config)
    this.output = new EncoderOutput(config.hiddenSize, config)
  }

  override forward(x: Tensor, keyMask: Tensor | undefined, seed: Tensor | undefined): Tensor {
    return this.output.forward(this.self.forward(x, keyMask, seed), x, seed)
  }
}

class EncoderSelfAttention extends Module {
  readonly query: Linear
  readonly key: Linear
  readonly value: Linear
  readonly dropout: Dropout
  readonly #heads: number

  constructor({ hiddenSize, numAttentionHeads, initializerRange, attentionProbsDropoutProb }: EncoderConfig) {
    super()
    const options = linearOptions(initializerRange)
    this.#heads = numAttentionHeads
    this.query = new Linear(hiddenSize, hiddenSize, options)
    this.key = new Linear(hiddenSize, hiddenSize, options)
    this.value = new Linear(hiddenSize, hiddenSize, options)
    this.dropout = new Dropout(attentionProbsDropoutProb)
  }

  override forward(x: Tensor, keyMask: Tensor | undefined, seed: Tensor | undefined): Tensor {
    const q = splitHeads(this.query.forward(x), this.#heads) // [B, H, T, D]
    const k = splitHeads(this.key.forward(x), this.#heads)
    const v = splitHeads(this.value.forward(x), this.#heads)
    return joinHeads(attend(q, k, v, { causal: false, keyMask, dropout: this.dropout, seed }))
  }
}

class EncoderIntermediate extends Module {
  readonly dense: Linear

  constructor({ hiddenSize, intermediateSize, initializerRange }: EncoderConfig) {
    super()
    this.dense = new Linear(hiddenSize, intermediateSize, linearOptions(initializerRange))
  }

  override forward(x: Tensor): Tensor {
    return gelu(this.dense.forward(x))
  }
}

/** The end of both halves of a layer: project back, add what came in, normalise. */
class EncoderOutput extends Module {
  readonly dense: Linear
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout

  constructor(
    size: number,
    { hiddenSize, layerNormEps, hiddenDropoutProb, initializerRange }: EncoderConfig,
  ) {
    super()
    this.dense = new Linear(size, hiddenSize, linearOptions(initializerRange))
    this.LayerNorm = new LayerNorm(hiddenSize, { epsilon: layerNormEps })
    this.dropout = new Dropout(hiddenDropoutProb)
  }

  override forward(x: Tensor, residual: Tensor, seed: Tensor | undefined): Tensor {
    return this.LayerNorm.forward(add(this.dropout.forward(this.dense.forward(x), seed), residual))
  }
}

/** The hidden state of `[CLS]` or `<s>`. Shapes: `[B, T, hidden]` → `[B, hidden]`. */
export function firstToken(x: Tensor): Tensor {
  const [B, , hidden] = x.shape as [number, number, number]
  return reshape(slice(x, [0, 0, 0], [B, 1, hidden]), [B, hidden])
}

export function linearOptions(initializerRange: number) {
  return { weightInit: normal(initializerRange), biasInit: constant(0) }
}

/** What the encoders' files may hold beside a model's parameters: tables that follow, and parts of pre-training. */
export const encoderUnusedKeys =
  /(^|\.)(embeddings\.position_ids|pooler\.dense\.(weight|bias))$|^cls\.seq_relationship\./
