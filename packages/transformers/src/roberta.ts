import { checkpoint } from '@gyre/autograd'
import { constant, Dropout, Embedding, LayerNorm, Linear, Module, normal } from '@gyre/nn'
import {
  add,
  attention,
  cast,
  crossEntropy,
  cumsum,
  gelu,
  linear,
  matmul,
  meanSquaredError,
  mul,
  notEqual,
  Parameter,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@gyre/tensor'
import { joinHeads, splitHeads } from './heads.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import { PretrainedModel } from './pretrained-model.js'

/**
 * RoBERTa: an encoder with LayerNorm after each part, learned positions, and exact GELU.
 *
 * @source Liu et al.: RoBERTa. arXiv 1907.11692; Devlin et al.: BERT. arXiv 1810.04805. Parameter names are those
 * of transformers' RobertaForMaskedLM and RobertaForSequenceClassification.
 *
 * Axes: B sequences, T tokens, H heads, D = hidden / H numbers per head, V vocabulary, L labels.
 */
export interface RobertaConfig {
  readonly modelType: 'roberta'
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly numHiddenLayers: number
  readonly numAttentionHeads: number
  readonly maxPositionEmbeddings: number
  readonly typeVocabSize: number
  readonly layerNormEps: number
  readonly hiddenDropoutProb: number
  readonly attentionProbsDropoutProb: number
  readonly padTokenId: number
  readonly bosTokenId?: number
  readonly eosTokenId?: number
  readonly initializerRange: number
  /** Classes of a classifier; 1 with `problemType` regression. */
  readonly numLabels: number
  readonly problemType?: 'regression' | 'single_label_classification'
}

/** The body that every task shares. */
class RobertaModel extends Module {
  readonly embeddings: RobertaEmbeddings
  readonly encoder: RobertaEncoder

  constructor(config: RobertaConfig) {
    super()
    this.embeddings = new RobertaEmbeddings(config)
    this.encoder = new RobertaEncoder(config)
  }

  /** The hidden states `[B, T, hidden]`: after the embedding, and after each layer. */
  override forward({ inputIds, attentionMask, seed }: ModelInputs, checkpointing: boolean): Tensor[] {
    const embedded = this.embeddings.forward(inputIds, seed)
    return this.encoder.forward(embedded, attentionMask, seed, checkpointing)
  }
}

export class RobertaForMaskedLM extends PretrainedModel {
  readonly architecture = 'RobertaForMaskedLM'
  readonly roberta: RobertaModel
  readonly lm_head: RobertaLMHead
  readonly headPaths = ['lm_head'] as const
  readonly config: RobertaConfig

  constructor(config: RobertaConfig) {
    super()
    this.config = config
    this.roberta = new RobertaModel(config)
    this.lm_head = new RobertaLMHead(config)
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.roberta.forward(inputs, this.activationCheckpointing)
    const embedding = this.roberta.embeddings.word_embeddings.weight.value
    const logits = this.lm_head.forward(hiddenStates.at(-1)!, embedding) // [B, T, V]
    if (!inputs.labels) return { logits, hiddenStates }
    const loss = crossEntropy(logits, inputs.labels, { reduction: inputs.lossReduction ?? 'mean' })
    return { logits, loss, hiddenStates }
  }
}

export class RobertaForSequenceClassification extends PretrainedModel {
  readonly architecture = 'RobertaForSequenceClassification'
  readonly roberta: RobertaModel
  readonly classifier: RobertaClassificationHead
  readonly headPaths = ['classifier'] as const
  readonly config: RobertaConfig

  constructor(config: RobertaConfig) {
    super()
    this.config = config
    this.roberta = new RobertaModel(config)
    this.classifier = new RobertaClassificationHead(config)
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.roberta.forward(inputs, this.activationCheckpointing)
    const logits = this.classifier.forward(hiddenStates.at(-1)!, inputs.seed) // [B, L]
    const { labels, lossReduction = 'mean' } = inputs
    if (!labels) return { logits, hiddenStates }
    if (this.config.problemType !== 'regression') {
      return { logits, loss: crossEntropy(logits, labels, { reduction: lossReduction }), hiddenStates }
    }
    const scores = reshape(logits, labels.shape)
    const error = sub(scores, labels)
    const loss = lossReduction === 'sum' ? sum(mul(error, error)) : meanSquaredError(scores, labels)
    return { logits, loss, hiddenStates }
  }
}

class RobertaEmbeddings extends Module {
  readonly word_embeddings: Embedding
  readonly position_embeddings: Embedding
  readonly token_type_embeddings: Embedding
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout
  readonly #padTokenId: number

  constructor(config: RobertaConfig) {
    super()
    const { hiddenSize, padTokenId } = config
    const weightInit = normal(config.initializerRange)
    this.#padTokenId = padTokenId
    this.word_embeddings = new Embedding(config.vocabSize, hiddenSize, {
      paddingIndex: padTokenId,
      weightInit,
    })
    this.position_embeddings = new Embedding(config.maxPositionEmbeddings, hiddenSize, {
      paddingIndex: padTokenId,
      weightInit,
    })
    this.token_type_embeddings = new Embedding(config.typeVocabSize, hiddenSize, { weightInit })
    this.LayerNorm = new LayerNorm(hiddenSize, { epsilon: config.layerNormEps })
    this.dropout = new Dropout(config.hiddenDropoutProb)
  }

  override forward(inputIds: Tensor, seed: Tensor | undefined): Tensor {
    const words = this.word_embeddings.forward(inputIds)
    // RoBERTa has one token type; its embedding is added to every token all the same.
    const types = this.token_type_embeddings.forward(zeros(inputIds.shape, { dtype: 'int32' }))
    const positions = this.position_embeddings.forward(this.#positions(inputIds))
    return this.dropout.forward(this.LayerNorm.forward(add(add(words, types), positions)), seed)
  }

  /** Tokens count from pad + 1; padding stays at pad. As fairseq does, from the ids and not from the mask. */
  #positions(inputIds: Tensor): Tensor {
    const isToken = cast(notEqual(inputIds, this.#padTokenId), 'int32')
    return add(mul(cumsum(isToken), isToken), this.#padTokenId)
  }
}

class RobertaEncoder extends Module {
  readonly layer: readonly RobertaLayer[]

  constructor(config: RobertaConfig) {
    super()
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new RobertaLayer(config))
  }

  override forward(
    embedded: Tensor,
    mask: Tensor | undefined,
    seed: Tensor | undefined,
    checkpointing: boolean,
  ): Tensor[] {
    const hiddenStates = [embedded]
    for (const layer of this.layer) {
      const run = (x: Tensor): Tensor => layer.forward(x, mask, seed)
      hiddenStates.push((checkpointing ? checkpoint(run) : run)(hiddenStates.at(-1)!))
    }
    return hiddenStates
  }
}

class RobertaLayer extends Module {
  readonly attention: RobertaAttention
  readonly intermediate: RobertaIntermediate
  readonly output: RobertaOutput

  constructor(config: RobertaConfig) {
    super()
    this.attention = new RobertaAttention(config)
    this.intermediate = new RobertaIntermediate(config)
    this.output = new RobertaOutput(config.intermediateSize, config)
  }

  override forward(x: Tensor, mask: Tensor | undefined, seed: Tensor | undefined): Tensor {
    const attended = this.attention.forward(x, mask, seed)
    return this.output.forward(this.intermediate.forward(attended), attended, seed)
  }
}

class RobertaAttention extends Module {
  readonly self: RobertaSelfAttention
  readonly output: RobertaOutput

  constructor(config: RobertaConfig) {
    super()
    this.self = new RobertaSelfAttention(config)
    this.output = new RobertaOutput(config.hiddenSize, config)
  }

  override forward(x: Tensor, mask: Tensor | undefined, seed: Tensor | undefined): Tensor {
    return this.output.forward(this.self.forward(x, mask, seed), x, seed)
  }
}

class RobertaSelfAttention extends Module {
  readonly query: Linear
  readonly key: Linear
  readonly value: Linear
  readonly dropout: Dropout
  readonly #heads: number

  constructor({ hiddenSize, numAttentionHeads, initializerRange, attentionProbsDropoutProb }: RobertaConfig) {
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
    if (!this.dropout.active) return joinHeads(attention(q, k, v, { keyMask }))
    // The fused op keeps no probabilities that could be dropped, so here they are computed one by one.
    const scores = mul(matmul(q, k, { transposeB: true }), q.shape.at(-1)! ** -0.5)
    const probabilities = softmax(keyMask ? add(scores, maskBias(keyMask)) : scores) // [B, H, T, T]
    return joinHeads(matmul(this.dropout.forward(probabilities, seed), v))
  }
}

/** 0 where a key may be seen and -1e9 where not, `[B, 1, 1, T]`. */
function maskBias(keyMask: Tensor): Tensor {
  const [B, T] = keyMask.shape as [number, number]
  return reshape(mul(sub(1, cast(keyMask, 'float32')), -1e9), [B, 1, 1, T])
}

class RobertaIntermediate extends Module {
  readonly dense: Linear

  constructor({ hiddenSize, intermediateSize, initializerRange }: RobertaConfig) {
    super()
    this.dense = new Linear(hiddenSize, intermediateSize, linearOptions(initializerRange))
  }

  override forward(x: Tensor): Tensor {
    return gelu(this.dense.forward(x))
  }
}

/** The end of both halves of a layer: project back, add what came in, normalise. */
class RobertaOutput extends Module {
  readonly dense: Linear
  readonly LayerNorm: LayerNorm
  readonly dropout: Dropout

  constructor(
    size: number,
    { hiddenSize, layerNormEps, hiddenDropoutProb, initializerRange }: RobertaConfig,
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

class RobertaLMHead extends Module {
  readonly dense: Linear
  readonly layer_norm: LayerNorm
  readonly bias: Parameter

  constructor({ hiddenSize, vocabSize, layerNormEps, initializerRange }: RobertaConfig) {
    super()
    this.dense = new Linear(hiddenSize, hiddenSize, linearOptions(initializerRange))
    this.layer_norm = new LayerNorm(hiddenSize, { epsilon: layerNormEps })
    this.bias = new Parameter({ shape: [vocabSize], dtype: 'float32' }, constant(0))
  }

  /** The decoder is the word embedding `[V, hidden]` again, with a bias of its own. */
  override forward(x: Tensor, wordEmbedding: Tensor): Tensor {
    return linear(this.layer_norm.forward(gelu(this.dense.forward(x))), wordEmbedding, this.bias.value)
  }
}

class RobertaClassificationHead extends Module {
  readonly dense: Linear
  readonly out_proj: Linear
  readonly dropout: Dropout
  readonly dense_dropout: Dropout

  constructor({ hiddenSize, numLabels, hiddenDropoutProb, initializerRange }: RobertaConfig) {
    super()
    this.dense = new Linear(hiddenSize, hiddenSize, linearOptions(initializerRange))
    this.out_proj = new Linear(hiddenSize, numLabels, linearOptions(initializerRange))
    this.dropout = new Dropout(hiddenDropoutProb)
    this.dense_dropout = new Dropout(hiddenDropoutProb)
  }

  /** From the first token's hidden state. Shapes: `[B, T, hidden]` → `[B, L]`. */
  override forward(x: Tensor, seed: Tensor | undefined): Tensor {
    const [B, , hidden] = x.shape as [number, number, number]
    const first = reshape(slice(x, [0, 0, 0], [B, 1, hidden]), [B, hidden])
    const dense = tanh(this.dense.forward(this.dropout.forward(first, seed)))
    return this.out_proj.forward(this.dense_dropout.forward(dense, seed))
  }
}

function linearOptions(initializerRange: number) {
  return { weightInit: normal(initializerRange), biasInit: constant(0) }
}
