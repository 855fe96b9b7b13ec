import type { BertConfig } from './bert.js'
import type { Gpt2Config } from './gpt2-config.js'
import type { LlamaConfig } from './llama-config.js'
import type { RobertaConfig } from './roberta.js'

const robertaBase: RobertaConfig = {
  modelType: 'roberta',
  vocabSize: 50265,
  hiddenSize: 768,
  intermediateSize: 3072,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  maxPositionEmbeddings: 514,
  typeVocabSize: 1,
  layerNormEps: 1e-5,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  padTokenId: 1,
  bosTokenId: 0,
  eosTokenId: 2,
  initializerRange: 0.02,
  numLabels: 2,
}

const bertBase: BertConfig = {
  modelType: 'bert',
  vocabSize: 30522,
  hiddenSize: 768,
  intermediateSize: 3072,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  layerNormEps: 1e-12,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  padTokenId: 0,
  initializerRange: 0.02,
  numLabels: 2,
}

const gpt2: Gpt2Config = {
  modelType: 'gpt2',
  vocabSize: 50257,
  hiddenSize: 768,
  intermediateSize: 3072,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  maxPositionEmbeddings: 1024,
  layerNormEpsilon: 1e-5,
  embeddingDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  residualDropoutProb: 0.1,
  bosTokenId: 50256,
  eosTokenId: 50256,
  initializerRange: 0.02,
}

const llama2: LlamaConfig = {
  modelType: 'llama',
  vocabSize: 32000,
  hiddenSize: 4096,
  intermediateSize: 11008,
  numHiddenLayers: 32,
  numAttentionHeads: 32,
  numKeyValueHeads: 32,
  maxPositionEmbeddings: 4096,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  tieWordEmbeddings: false,
  bosTokenId: 1,
  eosTokenId: 2,
  initializerRange: 0.02,
}

/** Configurations of published models, for reports that load no weights. */
export const presets = {
  /** @source arXiv 1907.11692; the published config.json of roberta-base. */
  'roberta-base': robertaBase,
  /** @source arXiv 1907.11692; the published config.json of roberta-large. */
  'roberta-large': {
    ...robertaBase,
    hiddenSize: 1024,
    intermediateSize: 4096,
    numHiddenLayers: 24,
    numAttentionHeads: 16,
  },
  /** @source arXiv 1810.04805; the published config.json of bert-base-uncased. */
  'bert-base': bertBase,
  /** @source Radford et al.: Language Models are Unsupervised Multitask Learners. 2019; the published config.json of gpt2. */
  gpt2,
  /** @source arXiv 2307.09288; the published config.json of meta-llama/Llama-2-7b-hf. */
  'llama2-7b': llama2,
  /** @source arXiv 2407.21783; the published config.json of meta-llama/Meta-Llama-3-8B. */
  'llama3-8b': {
    ...llama2,
    vocabSize: 128256,
    intermediateSize: 14336,
    numKeyValueHeads: 8,
    maxPositionEmbeddings: 8192,
    ropeTheta: 500000,
    bosTokenId: 128000,
    eosTokenId: 128001,
  },
} satisfies Record<string, BertConfig | Gpt2Config | LlamaConfig | RobertaConfig>

export type PresetName = keyof typeof presets
