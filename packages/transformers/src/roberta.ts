import { constant, Dropout, LayerNorm, Linear, Module } from '@gyre/nn'
import { add, cast, cumsum, gelu, linear, mul, notEqual, Parameter, type Tensor, tanh } from '@gyre/tensor'
import { defineArchitecture } from './architecture.js'
import { Encoder, EncoderEmbeddings, encoderUnusedKeys, firstToken, linearOptions } from './encoder.js'
import { type EncoderConfig, formatEncoderConfig, readEncoderConfig } from './encoder-config.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import { MaskedLanguageModel, SequenceClassifier } from './pretrained-model.js'

/**
 * RoBERTa: BERT's encoder, with positions that are counted from the padding token's id, and trained on masked tokens
 * alone.
 *
 * @source Liu et al.: RoBERTa. arXiv 1907.11692. Parameter names are those of transformers' RobertaForMaskedLM and
 * RobertaForSequenceClassification.
 *
 * Axes: B sequences, T tokens, V vocabulary, L labels.
 */
export interface RobertaConfig extends EncoderConfig {
  readonly modelType: 'roberta'
}

/** The body that every task shares. */
class RobertaModel extends Module {
  readonly embeddings: RobertaEmbeddings
  readonly encoder: Encoder

  constructor(config: RobertaConfig) {
    super()
    this.embeddings = new RobertaEmbeddings(config)
    this.encoder = new Encoder(config)
  }

  /** The hidden states `[B, T, hidden]`: after the embedding, and after each layer. */
  override forward(inputs: ModelInputs, checkpointing: boolean): Tensor[] {
    const embedded = this.embeddings.forward(inputs)
    return this.encoder.forward(embedded, inputs.attentionMask, inputs.seed, checkpointing)
  }
}

class RobertaEmbeddings extends EncoderEmbeddings {
  readonly #padTokenId: number

  constructor(config: RobertaConfig) {
    super(config, { positionPadding: config.padTokenId })
    this.#padTokenId = config.padTokenId
  }

  /** Tokens count from pad + 1; padding stays at pad. As fairseq does, from the ids and not from the mask. */
  protected override positions(inputIds: Tensor): Tensor {
    const isToken = cast(notEqual(inputIds, this.#padTokenId), 'int32')
    return add(mul(cumsum(isToken), isToken), this.#padTokenId)
  }
}

export class RobertaForMaskedLM extends MaskedLanguageModel {
  static readonly architecture = 'RobertaForMaskedLM'
  readonly architecture = RobertaForMaskedLM.architecture
  readonly roberta: RobertaModel
  readonly lm_head: RobertaLMHead
  readonly headPaths = ['lm_head'] as const
  override readonly tiedNames = {
    'lm_head.decoder.weight': 'roberta.embeddings.word_embeddings.weight',
    'lm_head.decoder.bias': 'lm_head.bias',
  }
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
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
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

export class RobertaForSequenceClassification extends SequenceClassifier {
  static readonly architecture = 'RobertaForSequenceClassification'
  readonly architecture = RobertaForSequenceClassification.architecture
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
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

class RobertaClassificationHead extends Module {
  readonly dense: Linear
  readonly out_proj: Linear
  readonly dropout: Dropout
  readonly dense_dropout: Dropout

  constructor(config: RobertaConfig) {
    super()
    const { hiddenSize, numLabels, initializerRange } = config
    const dropout = config.classifierDropout ?? config.hiddenDropoutProb
    this.dense = new Linear(hiddenSize, hiddenSize, linearOptions(initializerRange))
    this.out_proj = new Linear(hiddenSize, numLabels, linearOptions(initializerRange))
    this.dropout = new Dropout(dropout)
    this.dense_dropout = new Dropout(dropout)
  }

  /** Shapes: `[B, T, hidden]` → `[B, L]`. */
  override forward(x: Tensor, seed: Tensor | undefined): Tensor {
    const dense = tanh(this.dense.forward(this.dropout.forward(firstToken(x), seed)))
    return this.out_proj.forward(this.dense_dropout.forward(dense, seed))
  }
}

export const roberta = defineArchitecture<RobertaConfig>()({
  parseConfig: (read) => ({
    modelType: 'roberta',
    ...readEncoderConfig(read, { typeVocabSize: 1, layerNormEps: 1e-5, padTokenId: 1 }),
  }),
  formatConfig: formatEncoderConfig,
  positions: 'learned',
  // The first position is the one after padding's.
  longestSequence: ({ maxPositionEmbeddings, padTokenId }) => maxPositionEmbeddings - (padTokenId + 1),
  models: {
    'sequence-classification': RobertaForSequenceClassification,
    'masked-lm': RobertaForMaskedLM,
  },
  body: 'roberta',
  unusedKeys: encoderUnusedKeys,
})
