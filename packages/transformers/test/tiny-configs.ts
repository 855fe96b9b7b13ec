import type { BertConfig } from '../src/bert.js'
import type { Gpt2Config } from '../src/gpt2-config.js'
import type { LlamaConfig } from '../src/llama-config.js'
import type { RobertaConfig } from '../src/roberta.js'

/** Two key/value heads for four query heads, an untied output. */
export const tinyLlama: LlamaConfig = {
  modelType: 'llama',
  vocabSize: 19,
  hiddenSize: 16,
  intermediateSize: 24,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  numKeyValueHeads: 2,
  maxPositionEmbeddings: 16,
  rmsNormEps: 1e-6,
  ropeTheta: 10000,
  tieWordEmbeddings: false,
  initializerRange: 0.3,
}

const tinyEncoder = {
  vocabSize: 19,
  hiddenSize: 16,
  intermediateSize: 24,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 16,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  initializerRange: 0.3,
  numLabels: 3,
}

export const tinyRoberta: RobertaConfig = {
  ...tinyEncoder,
  modelType: 'roberta',
  typeVocabSize: 1,
  layerNormEps: 1e-5,
  padTokenId: 1,
}

/** Two types of tokens. */
export const tinyBert: BertConfig = {
  ...tinyEncoder,
  modelType: 'bert',
  typeVocabSize: 2,
  layerNormEps: 1e-12,
  padTokenId: 0,
}

export const tinyGpt2: Gpt2Config = {
  modelType: 'gpt2',
  vocabSize: 19,
  hiddenSize: 16,
  intermediateSize: 24,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 16,
  layerNormEpsilon: 1e-5,
  embeddingDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  residualDropoutProb: 0,
  initializerRange: 0.3,
}
