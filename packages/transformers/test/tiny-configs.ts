import type { LlamaConfig } from '../src/llama.js'
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

export const tinyRoberta: RobertaConfig = {
  modelType: 'roberta',
  vocabSize: 19,
  hiddenSize: 16,
  intermediateSize: 24,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 16,
  typeVocabSize: 1,
  layerNormEps: 1e-5,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  padTokenId: 1,
  initializerRange: 0.3,
  numLabels: 3,
}
