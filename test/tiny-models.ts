import { type Tensor, tensor } from '@gyre/tensor'
import { createModel, type Model, type ModelInputs } from '@gyre/transformers'

/** Axes of a batch for the models below. */
export const batch = { sequences: 2, tokens: 5 } as const

/** A RoBERTa classifier; hidden and intermediate size have several common divisors, some of them odd. */
export function tinyRoberta(): Model {
  return createModel(
    {
      modelType: 'roberta',
      vocabSize: 20,
      hiddenSize: 24,
      intermediateSize: 36,
      numHiddenLayers: 2,
      numAttentionHeads: 4,
      maxPositionEmbeddings: 12,
      typeVocabSize: 1,
      layerNormEps: 1e-5,
      hiddenDropoutProb: 0,
      attentionProbsDropoutProb: 0,
      padTokenId: 1,
      initializerRange: 0.3,
      numLabels: 3,
    },
    { seed: 5 },
  )
}

/** A LLaMA whose value projection is rectangular: two key/value heads for four query heads. */
export function tinyLlama(): Model {
  return createModel(
    {
      modelType: 'llama',
      vocabSize: 20,
      hiddenSize: 24,
      intermediateSize: 36,
      numHiddenLayers: 2,
      numAttentionHeads: 4,
      numKeyValueHeads: 2,
      maxPositionEmbeddings: 12,
      rmsNormEps: 1e-6,
      ropeTheta: 10000,
      tieWordEmbeddings: false,
      initializerRange: 0.3,
    },
    { seed: 5 },
  )
}

/** A GPT-2, whose linear layers keep their weights transposed, and one of which gives queries, keys and values. */
export function tinyGpt2(): Model {
  return createModel(
    {
      modelType: 'gpt2',
      vocabSize: 20,
      hiddenSize: 24,
      intermediateSize: 36,
      numHiddenLayers: 2,
      numAttentionHeads: 4,
      maxPositionEmbeddings: 12,
      layerNormEpsilon: 1e-5,
      embeddingDropoutProb: 0,
      attentionProbsDropoutProb: 0,
      residualDropoutProb: 0,
      initializerRange: 0.3,
    },
    { seed: 5 },
  )
}

/** Token ids and labels as the model takes them: a class for each sequence, or the tokens themselves. */
export function tinyInputs(model: Model): ModelInputs & { readonly labels: Tensor } {
  const { sequences, tokens } = batch
  const ids = Int32Array.from({ length: sequences * tokens }, (_, i) => 2 + ((7 * i) % 17))
  const inputIds = tensor(ids, { shape: [sequences, tokens] }) as Tensor
  const classes = tensor(Int32Array.from({ length: sequences }, (_, i) => i % 3)) as Tensor
  return { inputIds, labels: model.task === 'causal-lm' ? inputIds : classes }
}
