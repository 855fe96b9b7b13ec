import type { FieldReader, Fields } from './fields.js'
import {
  formatSharedFields,
  formatSizes,
  readSharedFields,
  readSizes,
  type SharedConfig,
} from './shared-config.js'

/** What BERT and RoBERTa are configured by. */
export interface EncoderConfig extends SharedConfig {
  readonly typeVocabSize: number
  readonly layerNormEps: number
  readonly hiddenDropoutProb: number
  readonly attentionProbsDropoutProb: number
  /** Before the classifier's layers; `hiddenDropoutProb` when left out. */
  readonly classifierDropout?: number
  readonly padTokenId: number
  readonly numLabels: number
}

/** What `config.json` may leave out, as transformers fills it in. */
interface EncoderDefaults {
  readonly typeVocabSize: number
  readonly layerNormEps: number
  readonly padTokenId: number
}

export function readEncoderConfig(read: FieldReader, defaults: EncoderDefaults): EncoderConfig {
  read.oneOf('hidden_act', 'gelu')
  read.oneOf('position_embedding_type', 'absolute')
  read.oneOf('is_decoder', false)
  const shared = readSharedFields(read)
  return {
    ...shared,
    ...readSizes(read),
    typeVocabSize: read.size('type_vocab_size', defaults.typeVocabSize),
    layerNormEps: read.number('layer_norm_eps', defaults.layerNormEps),
    hiddenDropoutProb: read.number('hidden_dropout_prob', 0.1),
    attentionProbsDropoutProb: read.number('attention_probs_dropout_prob', 0.1),
    ...(read.has('classifier_dropout') && { classifierDropout: read.number('classifier_dropout') }),
    padTokenId: shared.padTokenId ?? defaults.padTokenId,
    numLabels: shared.numLabels ?? 2,
  }
}

export function formatEncoderConfig(config: EncoderConfig): Fields {
  return {
    ...formatSharedFields(config),
    ...formatSizes(config),
    hidden_act: 'gelu',
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEps,
    hidden_dropout_prob: config.hiddenDropoutProb,
    attention_probs_dropout_prob: config.attentionProbsDropoutProb,
    classifier_dropout: config.classifierDropout ?? null,
    position_embedding_type: 'absolute',
  }
}
