import { seedParameters } from '@gyre/nn'
import { Parameter, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { tinyLlama, tinyRoberta } from '../test/tiny-configs.js'
import { createModel, tasksOf } from './create-model.js'
import { type PresetName, presets } from './presets.js'
import type { ModelTask } from './pretrained-model.js'

const inputIds = tensor(Int32Array.of(3, 4, 5, 6), { shape: [1, 4] })

describe('createModel', () => {
  // The counts of the published models: classifiers of two classes, and language models.
  it.each<[PresetName, { readonly [Task in ModelTask]?: number }]>([
    ['roberta-base', { 'sequence-classification': 124_647_170, 'masked-lm': 124_697_433 }],
    ['roberta-large', { 'sequence-classification': 355_361_794, 'masked-lm': 355_412_057 }],
    ['bert-base', { 'sequence-classification': 109_483_778, 'masked-lm': 109_514_298 }],
    ['gpt2', { 'causal-lm': 124_439_808 }],
    ['llama2-7b', { 'causal-lm': 6_738_415_616 }],
    ['llama3-8b', { 'causal-lm': 8_030_261_248 }],
  ])('makes %s with its published number of parameters and allocates none of them', (name, counts) => {
    const before = process.memoryUsage().arrayBuffers
    for (const [task, count] of Object.entries(counts)) {
      const model = createModel(presets[name], { seed: 0, task: task as ModelTask })
      expect(model.countParameters(), task).toBe(count)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  it('draws the same model from the same seed and another one from another', () => {
    const logits = (seed: number) => [
      ...createModel(tinyLlama, { seed }).forward({ inputIds }).logits.dataSync(),
    ]
    expect(logits(1)).toEqual(logits(1))
    expect(logits(1)).not.toEqual(logits(2))
  })

  it('makes the head that is asked for, the first of its tasks by default, ready to evaluate', () => {
    expect(tasksOf(tinyRoberta)).toEqual(['sequence-classification', 'masked-lm'])
    const classifier = createModel(tinyRoberta, { seed: 0 })
    expect(classifier.architecture).toBe('RobertaForSequenceClassification')
    expect(classifier.training).toBe(false)
    expect(classifier.forward({ inputIds }).logits.shape).toEqual([1, tinyRoberta.numLabels])
    const lm = createModel(tinyRoberta, { seed: 0, task: 'masked-lm' })
    expect(lm.forward({ inputIds }).logits.shape).toEqual([1, 4, tinyRoberta.vocabSize])
    expect(() => createModel(tinyLlama, { seed: 0, task: 'masked-lm' })).toThrow(
      'createModel: llama has no masked-lm head; expected causal-lm',
    )
  })

  it('ties the output of LLaMA to its embedding when told to', () => {
    const [tied, untied] = [true, false].map((tieWordEmbeddings) =>
      createModel({ ...tinyLlama, tieWordEmbeddings }, { seed: 0 }),
    )
    const { vocabSize, hiddenSize } = tinyLlama
    expect(untied!.countParameters() - tied!.countParameters()).toBe(vocabSize * hiddenSize)
    expect([...tied!.namedParameters()].map(([name]) => name)).not.toContain('lm_head.weight')
  })

  it('marks its head, which adapters to all layers leave out', () => {
    for (const task of ['sequence-classification', 'masked-lm'] as const) {
      const model = createModel(tinyRoberta, { seed: 0, task })
      const names = [...model.namedModules()].map(([path]) => path)
      for (const head of model.headPaths) expect(names).toContain(head)
    }
  })
})

describe('RoBERTa in training', () => {
  const dropping = { ...tinyRoberta, hiddenDropoutProb: 0.5, attentionProbsDropoutProb: 0.5 }
  const attentionMask = tensor(Int32Array.of(1, 1, 1, 0), { shape: [1, 4] })
  const seedOf = (value: number) => tensor(Int32Array.of(value, 0))
  const logits = (config: typeof dropping, seed?: number) => {
    const model = createModel(config, { seed: 0 }).train(seed !== undefined)
    const inputs = { inputIds, attentionMask, ...(seed !== undefined && { seed: seedOf(seed) }) }
    return [...model.forward(inputs).logits.dataSync()]
  }

  it('drops by the seed that it is given, and nothing when it is evaluated', () => {
    expect(logits(dropping, 1)).toEqual(logits(dropping, 1))
    expect(logits(dropping, 1)).not.toEqual(logits(dropping, 2))
    expect(logits(dropping)).toEqual(logits(tinyRoberta))
  })

  it('attends step by step to what the fused attention attends to', () => {
    // So rarely dropped that nothing is, but by the path that could.
    const rare = { ...tinyRoberta, attentionProbsDropoutProb: 1e-12 }
    const [stepwise, fused] = [logits(rare, 1), logits(tinyRoberta)]
    for (const [i, value] of stepwise.entries()) expect(value).toBeCloseTo(fused[i]!, 5)
  })
})

describe('the loss of several batches', () => {
  it.each([tinyLlama, tinyRoberta, { ...tinyRoberta, numLabels: 1, problemType: 'regression' as const }])(
    'adds up under the reduction sum ($modelType, $problemType)',
    (config) => {
      const model = createModel(config, { seed: 0 })
      const ids = tensor(Int32Array.of(3, 4, 5, 6, 7, 8), { shape: [2, 3] })
      const labels =
        config.modelType === 'llama'
          ? ids
          : 'problemType' in config
            ? tensor([0.5, -1])
            : tensor(Int32Array.of(1, 0))
      const count = config.modelType === 'llama' ? 4 : 2
      const loss = (lossReduction: 'mean' | 'sum') =>
        model.forward({ inputIds: ids, labels, lossReduction }).loss!.itemSync()
      expect(loss('sum')).toBeCloseTo(count * loss('mean'), 5)
    },
  )
})

describe('every parameter of every model', () => {
  it('can be drawn', () => {
    for (const config of [tinyLlama, tinyRoberta]) {
      for (const task of tasksOf(config)) {
        const model = createModel(config, { seed: 0, task })
        seedParameters(model, 3)
        for (const [name, parameter] of model.namedParameters()) {
          expect(parameter, name).toBeInstanceOf(Parameter)
          expect(parameter.value.dataSync().every(Number.isFinite), name).toBe(true)
        }
      }
    }
  })
})
