import { constant, Dropout, LayerNorm, Linear, Module } from '@gyre/nn'
import { arange, gelu, linear, Parameter, type Tensor, tanh } from '@gyre/tensor'
import { defineArchitecture } from './architecture.js'
import { Encoder, EncoderEmbeddings, encoderUnusedKeys, firstToken, linearOptions } from './encoder.js'
import { type EncoderConfig, formatEncoderConfig, readEncoderConfig } from './encoder-config.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import { MaskedLanguageModel, SequenceClassifier } from './pretrained-model.js'

/**
 * BERT: an encoder that sees all of a text, or of two texts that it tells apart by their tokens' types.
 *
 * @source Devlin et al.: BERT. arXiv 1810.04805. Parameter names are those of transformers' BertForMaskedLM and
 * BertForSequenceClassification.
 *
 * Axes: B sequences, T tokens, V vocabulary, L labels.
 */
export interface BertConfig extends EncoderConfig {
  readonly modelType: 'bert'
}

/** The body that every task shares, up to the last hidden states. */
class BertModel extends Module {
  readonly embeddings: BertEmbeddings
  readonly encoder: Encoder

  constructor(config: BertConfig) {
    super()
    this.embeddings = new BertEmbeddings(config)
    this.encoder = new Encoder(config)
  }

  /** The hidden states `[B, T, hidden]`: after the embedding, and after each layer. */
  override forward(inputs: ModelInputs, checkpointing: boolean): Tensor[] {
    const embedded = this.embeddings.forward(inputs)
    return this.encoder.forward(embedded, inputs.attentionMask, inputs.seed, checkpointing)
  }
}

class BertEmbeddings extends EncoderEmbeddings {
  protected override positions(inputIds: Tensor): Tensor {
    return arange(inputIds.shape[1]!) as Tensor
  }
}

export class BertForMaskedLM extends MaskedLanguageModel {
  static readonly architecture = 'BertForMaskedLM'
  readonly architecture = BertForMaskedLM.architecture
  readonly bert: BertModel
  readonly cls: BertOnlyMLMHead
  readonly headPaths = ['cls'] as const
  override readonly tiedNames = {
    'cls.predictions.decoder.weight': 'bert.embeddings.word_embeddings.weight',
    'cls.predictions.decoder.bias': 'cls.predictions.bias',
  }
  readonly config: BertConfig

  constructor(config: BertConfig) {
    super()
    this.config = config
    this.bert = new BertModel(config)
    this.cls = new BertOnlyMLMHead(config)
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.bert.forward(inputs, this.activationCheckpointing)
    const embedding = this.bert.embeddings.word_embeddings.weight.value
    const logits = this.cls.forward(hiddenStates.at(-1)!, embedding) // [B, T, V]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

class BertOnlyMLMHead extends Module {
  readonly predictions: BertLMPredictionHead

  constructor(config: BertConfig) {
    super()
    this.predictions = new BertLMPredictionHead(config)
  }

  override forward(x: Tensor, wordEmbedding: Tensor): Tensor {
    return this.predictions.forward(x, wordEmbedding)
  }
}

class BertLMPredictionHead extends Module {
  readonly transform: BertPredictionHeadTransform
  readonly bias: Parameter

  constructor(config: BertConfig) {
    super()
    this.transform = new BertPredictionHeadTransform(config)
    this.bias = new Parameter({ shape: [config.vocabSize], dtype: 'float32' }, constant(0))
  }

  /** The decoder is the word embedding `[V, hidden]` again, with a bias of its own. */
  override forward(x: Tensor, wordEmbedding: Tensor): Tensor {
    return linear(this.transform.forward(x), wordEmbedding, this.bias.value)
  }
}

class BertPredictionHeadTransform extends Module {
  readonly dense: Linear
  readonly LayerNorm: LayerNorm

  constructor({ hiddenSize, layerNormEps, initializerRange }: BertConfig) {
    super()
    this.dense = new Linear(hiddenSize, hiddenSize, linearOptions(initializerRange))
    this.LayerNorm = new LayerNorm(hiddenSize, { epsilon: layerNormEps })
  }

  override forward(x: Tensor): Tensor {
    return this.LayerNorm.forward(gelu(this.dense.forward(x)))
  }
}

export class BertForSequenceClassification extends SequenceClassifier {
  static readonly architecture = 'BertForSequenceClassification'
  readonly architecture = BertForSequenceClassification.architecture
  readonly bert: BertModelWithPooler
  readonly dropout: Dropout
  readonly classifier: Linear
  /** With the pooler, which masked models are trained without: over them it begins fresh, too. */
  readonly headPaths = ['bert.pooler', 'classifier'] as const
  readonly config: BertConfig

  constructor(config: BertConfig) {
    super()
    this.config = config
    this.bert = new BertModelWithPooler(config)
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb)
    this.classifier = new Linear(config.hiddenSize, config.numLabels, linearOptions(config.initializerRange))
  }

  override forward(inputs: ModelInputs): ModelOutputs {
    const hiddenStates = this.bert.forward(inputs, this.activationCheckpointing)
    const pooled = this.bert.pooler.forward(hiddenStates.at(-1)!)
    const logits = this.classifier.forward(this.dropout.forward(pooled, inputs.seed)) // [B, L]
    return { logits, loss: this.loss(logits, inputs), hiddenStates }
  }
}

/** Masked language models do without the pooler, so it is an addition. */
class BertModelWithPooler extends BertModel {
  readonly pooler: BertPooler

  constructor(config: BertConfig) {
    super(config)
    this.pooler = new BertPooler(config)
  }
}

class BertPooler extends Module {
  readonly dense: Linear

  constructor({ hiddenSize, initializerRange }: BertConfig) {
    super()
    this.dense = new Linear(hiddenSize, hiddenSize, linearOptions(initializerRange))
  }

  /** Shapes: `[B, T, hidden]` → `[B, hidden]`. */
  override forward(x: Tensor): Tensor {
    return tanh(this.dense.forward(firstToken(x)))
  }
}

export const bert = defineArchitecture<BertConfig>()({
  parseConfig: (read) => ({
    modelType: 'bert',
    ...readEncoderConfig(read, { typeVocabSize: 2, layerNormEps: 1e-12, padTokenId: 0 }),
  }),
  formatConfig: formatEncoderConfig,
  positions: 'learned',
  longestSequence: ({ maxPositionEmbeddings }) => maxPositionEmbeddings,
  models: {
    'sequence-classification': BertForSequenceClassification,
    'masked-lm': BertForMaskedLM,
  },
  body: 'bert',
  unusedKeys: encoderUnusedKeys,
})
