import { createModel, type LlamaConfig, type Model, type RobertaConfig } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { applyMethod, type Trainable } from './apply-method.js'
import { parseMethod } from './method-grammar.js'

const shared = {
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 10,
  initializerRange: 0.1,
}
const robertaConfig: RobertaConfig = {
  ...shared,
  modelType: 'roberta',
  typeVocabSize: 1,
  layerNormEps: 1e-5,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  padTokenId: 1,
  numLabels: 3,
}
const llamaConfig: LlamaConfig = {
  ...shared,
  modelType: 'llama',
  numKeyValueHeads: 1,
  rmsNormEps: 1e-6,
  ropeTheta: 10000,
  tieWordEmbeddings: false,
}
const roberta = () => createModel(robertaConfig, { seed: 1 })
const llama = (tieWordEmbeddings = false) => createModel({ ...llamaConfig, tieWordEmbeddings }, { seed: 1 })

const apply = (model: Model, method: string): Trainable =>
  applyMethod(model, parseMethod(method, { targets: ['query'], modulesToSave: ['classifier'] }), {
    seed: 1,
  })

/** A dense layer and a projection to the classes, with their biases. */
const classifierNumbers = 8 * 8 + 8 + (3 * 8 + 3)
const trainableNames = (model: Model) =>
  [...model.namedParameters()].filter(([, { trainable }]) => trainable).map(([name]) => name)
const namesOf = (trainable: Trainable) => [...trainable.namedParameters()].map(([name]) => name)

describe('applyMethod', () => {
  it('counts the numbers of an adapter, and apart from them those of the head', () => {
    const model = roberta()
    const trainable = apply(model, 'lora:r=2')
    expect(trainable.counts).toEqual({ adapter: 2 * (8 + 8), head: classifierNumbers })
    expect(trainable.adapter?.sites).toHaveLength(1)
    expect(trainableNames(model).every((name) => name.startsWith('classifier.'))).toBe(true)
    expect(namesOf(trainable).every((name) => name.startsWith('base_model.model.'))).toBe(true)
  })

  it('gives a block-circulant adapter a learning rate of its own, and not its head', () => {
    const { groups, counts } = apply(roberta(), 'bca:p=4')
    expect(counts).toEqual({ adapter: (8 * 8) / 4, head: classifierNumbers })
    expect(groups.map(({ name, learningRateScale }) => [name, learningRateScale])).toEqual([
      ['bca', 1 / 4],
      ['head', 1],
    ])
  })

  it('trains for head the head alone', () => {
    const model = roberta()
    const trainable = apply(model, 'head')
    expect(trainable.counts).toEqual({ adapter: 0, head: classifierNumbers })
    expect(namesOf(trainable)).toEqual([
      'classifier.dense.weight',
      'classifier.dense.bias',
      'classifier.out_proj.weight',
      'classifier.out_proj.bias',
    ])
    expect(trainableNames(model)).toEqual(namesOf(trainable))
    expect(trainable.adapter).toBeUndefined()
  })

  it('trains for full everything; a classifier’s fresh head is counted apart, a language model’s is not', () => {
    const classifier = roberta()
    expect(apply(classifier, 'full').counts).toEqual({
      adapter: classifier.countParameters() - classifierNumbers,
      head: classifierNumbers,
    })
    const model = llama()
    const trainable = apply(model, 'full')
    expect(trainable.counts).toEqual({ adapter: model.countParameters(), head: 0 })
    expect(namesOf(trainable)).toEqual([...model.namedParameters()].map(([name]) => name))
  })

  it('leaves for full the modules alone that it is told to', () => {
    const model = llama()
    const frozen = [...model.namedParameters()].filter(([name]) => /embed_tokens|q_proj/.test(name))
    const trainable = apply(model, 'full:freeze=embed_tokens+q_proj')
    expect(trainableNames(model)).toEqual(namesOf(trainable))
    expect(namesOf(trainable)).toHaveLength([...model.namedParameters()].length - frozen.length)
    expect(() => apply(llama(), 'full:freeze=embeddings')).toThrow(
      'freeze: the model has no module named embeddings',
    )
  })

  it('says so when there is nothing to train', () => {
    expect(() => apply(llama(true), 'head')).toThrow(
      "method head: the model's head is its embedding, so there is nothing to train",
    )
  })
})
