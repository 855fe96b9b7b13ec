import { tensor } from '@gyre/tensor'
import { createModel, type Model, type ModelConfig } from '@gyre/transformers'
import { hashedFloats } from '../inputs.js'
import { firstPosition, type ModelSpec, type ParameterSpec } from '../models.js'

export function configOf(model: ModelSpec): ModelConfig {
  const shared = {
    vocabSize: model.vocabulary,
    hiddenSize: model.hidden,
    intermediateSize: model.intermediate,
    numHiddenLayers: model.layers,
    numAttentionHeads: model.heads,
    initializerRange: 0.02,
  }
  if (model.architecture === 'decoder') {
    return {
      modelType: 'llama',
      ...shared,
      numKeyValueHeads: model.heads,
      maxPositionEmbeddings: model.length,
      rmsNormEps: 1e-6,
      ropeTheta: 10_000,
      tieWordEmbeddings: false,
    }
  }
  return {
    modelType: 'roberta',
    ...shared,
    maxPositionEmbeddings: firstPosition + model.length,
    typeVocabSize: 1,
    layerNormEps: 1e-5,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    padTokenId: firstPosition - 1,
    numLabels: 2,
  }
}

export function modelWith(spec: ModelSpec, parameters: readonly ParameterSpec[]): Model {
  const model = createModel(configOf(spec), { seed: 0 })
  model.loadStateDict(new Map(parameters.map((parameter) => [parameter.name, initial(parameter)])))
  return model
}

export function initial({ shape, seed, scale, offset }: ParameterSpec) {
  const count = shape.reduce((size, dim) => size * dim, 1)
  const values = hashedFloats(seed, count, scale)
  if (offset !== 0) for (let i = 0; i < count; i++) values[i] = values[i]! + offset
  return tensor(values, { shape })
}
