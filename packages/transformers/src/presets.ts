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
} satisfies Record<string, RobertaConfig>

export type PresetName = keyof typeof presets
