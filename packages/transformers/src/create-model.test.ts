import { valueAndGrad } from '@gyre/autograd'
import { seedParameters } from '@gyre/nn'
import { Parameter, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { tinyBert, tinyGpt2, tinyLlama, tinyRoberta } from '../test/tiny-configs.js'
import type { ModelConfig } from './config.js'
import { createModel, tasksOf } from './create-model.js'
import { type PresetName, presets } from './presets.js'
import type { ModelTask, SequenceClassifier } from './pretrained-model.js'
import { rotaryTables } from './rotary-tables.js'

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
      'createModel: llama has no masked-lm head; expected causal-lm or sequence-classification',
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

const attentionMask = tensor(Int32Array.of(1, 1, 1, 0), { shape: [1, 4] }) as Tensor

describe.each([
  { still: tinyRoberta, rates: ['hiddenDropoutProb', 'attentionProbsDropoutProb'] },
  { still: tinyBert, rates: ['hiddenDropoutProb', 'attentionProbsDropoutProb', 'classifierDropout'] },
  {
    still: tinyGpt2,
    rates: ['embeddingDropoutProb', 'attentionProbsDropoutProb', 'residualDropoutProb'],
  },
])('$still.modelType in training', ({ still, rates }) => {
  const withRate = (rate: number, names = rates): ModelConfig =>
    ({ ...still, ...Object.fromEntries(names.map((name) => [name, rate])) }) as ModelConfig
  const seedOf = (value: number) => tensor(Int32Array.of(value, 0)) as Tensor
  const logits = (config: ModelConfig, seed?: number) => {
    const model = createModel(config, { seed: 0 }).train(seed !== undefined)
    const inputs = { inputIds, attentionMask, ...(seed !== undefined && { seed: seedOf(seed) }) }
    return [...model.forward(inputs).logits.dataSync()]
  }

  it('drops by the seed that it is given, and nothing when it is evaluated', () => {
    const dropping = withRate(0.5)
    expect(logits(dropping, 1)).toEqual(logits(dropping, 1))
    expect(logits(dropping, 1)).not.toEqual(logits(dropping, 2))
    expect(logits(dropping)).toEqual(logits(still))
  })

  it('drops at each place that has a rate', () => {
    for (const rate of rates) {
      expect(logits(withRate(0.5, [rate]), 1), rate).not.toEqual(logits(still))
    }
  })

  it('attends step by step to what the fused attention attends to', () => {
    // So rarely dropped that nothing is, but by the path that could.
    const rare = withRate(1e-12, ['attentionProbsDropoutProb'])
    const [stepwise, fused] = [logits(rare, 1), logits(still)]
    for (const [i, value] of stepwise.entries()) expect(value).toBeCloseTo(fused[i]!, 5)
  })
})

describe.each([
  { ...tinyLlama, padTokenId: 0 },
  { ...tinyGpt2, padTokenId: 0 },
])('a classifier on $modelType', (config) => {
  const model = createModel({ ...config, numLabels: 3 }, { seed: 0, task: 'sequence-classification' })
  const logits = (ids: readonly number[][], mask?: readonly number[][]) =>
    model
      .forward({
        inputIds: tensor(ids, { dtype: 'int32' }) as Tensor,
        attentionMask: mask && (tensor(mask, { dtype: 'int32' }) as Tensor),
      })
      .logits.dataSync()
  const alone = [...logits([[3, 4, 5]]), ...logits([[6, 7]])]

  it('judges each text by its last token, which the mask or the padding token tells', () => {
    const padded = [
      [3, 4, 5, 0],
      [6, 7, 0, 0],
    ]
    const mask = padded.map((row) => row.map((id) => (id === 0 ? 0 : 1)))
    for (const result of [logits(padded), logits(padded, mask)]) {
      for (const [i, value] of result.entries()) expect(value).toBeCloseTo(alone[i]!, 5)
    }
    // What stands in padding that a mask hides does not matter.
    const noise = padded.map((row) => row.map((id) => (id === 0 ? 9 : id)))
    for (const [i, value] of logits(noise, mask).entries()) expect(value).toBeCloseTo(alone[i]!, 5)
  })

  it('has gradients for its head and its body', () => {
    const labels = tensor(Int32Array.of(2)) as Tensor
    const { grads } = valueAndGrad(() => model.forward({ inputIds, attentionMask, labels }).loss!, model)()
    for (const [name, gradient] of grads) {
      expect(
        gradient.dataSync().some((value) => value !== 0),
        name,
      ).toBe(true)
    }
    expect(grads.has('score.weight')).toBe(true)
  })
})

describe('BERT', () => {
  it('tells two texts apart by their tokens’ types', () => {
    const model = createModel(tinyBert, { seed: 0 })
    const logits = (...types: number[]) =>
      model
        .forward({ inputIds, tokenTypeIds: tensor(Int32Array.from(types), { shape: [1, 4] }) as Tensor })
        .logits.dataSync()
    expect(logits(0, 0, 0, 0)).toEqual(model.forward({ inputIds }).logits.dataSync())
    expect(logits(0, 0, 1, 1)).not.toEqual(logits(0, 0, 0, 0))
  })
})

describe('LLaMA with scaled positions', () => {
  it('has at twice the position the angles of the unscaled one', () => {
    const [plain, scaled] = [rotaryTables(8, 4, 100), rotaryTables(16, 4, 100, 2)]
    const everySecond = scaled.cos.dataSync().filter((_, i) => Math.floor(i / 4) % 2 === 0)
    expect(everySecond).toEqual(plain.cos.dataSync())
    const logits = (factor?: number) => {
      const ropeScaling = factor === undefined ? undefined : ({ type: 'linear', factor } as const)
      return createModel({ ...tinyLlama, ropeScaling }, { seed: 0 })
        .forward({ inputIds })
        .logits.dataSync()
    }
    expect(logits(1)).toEqual(logits())
    expect(logits(2)).not.toEqual(logits())
  })
})

describe('classifiers', () => {
  it.each<[object, boolean]>([
    [{ numLabels: 1 }, true],
    [{ numLabels: 2 }, false],
    [{ numLabels: 1, problemType: 'single_label_classification' }, false],
    [{ numLabels: 1, problemType: 'regression' }, true],
  ])('with %j are regressions: %s', (fields, isRegression) => {
    for (const config of [tinyRoberta, tinyBert, tinyLlama, tinyGpt2]) {
      const model = createModel({ ...config, ...fields }, { seed: 0, task: 'sequence-classification' })
      expect((model as SequenceClassifier).isRegression, model.architecture).toBe(isRegression)
    }
  })

  it('have two classes where a configuration does not say', () => {
    const model = createModel(tinyLlama, { seed: 0, task: 'sequence-classification' })
    expect(model.forward({ inputIds }).logits.shape).toEqual([1, 2])
  })
})

describe('the loss of several batches', () => {
  const configs = [tinyLlama, tinyGpt2, tinyBert, tinyRoberta, { ...tinyRoberta, numLabels: 1 }]
  const cases = configs.flatMap((config) => tasksOf(config).map((task) => ({ config, task })))
  it.each(cases)(
    'adds up under the reduction sum ($config.modelType, $task, $config.numLabels)',
    ({ config, task }) => {
      const model = createModel(config, { seed: 0, task })
      const ids = tensor(Int32Array.of(3, 4, 5, 6, 7, 8), { shape: [2, 3] }) as Tensor
      const classes = config.numLabels === 1 ? tensor([0.5, -1]) : (tensor(Int32Array.of(1, 0)) as Tensor)
      const labels = task === 'sequence-classification' ? classes : ids
      const count = { 'causal-lm': 4, 'masked-lm': 6, 'sequence-classification': 2 }[task]
      const loss = (lossReduction: 'mean' | 'sum') =>
        model.forward({ inputIds: ids, labels: labels as Tensor, lossReduction }).loss!.itemSync()
      expect(loss('sum') / (count * loss('mean'))).toBeCloseTo(1, 5)
    },
  )
})

describe('every parameter of every model', () => {
  it('can be drawn', () => {
    for (const config of [tinyBert, tinyGpt2, tinyLlama, tinyRoberta]) {
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
