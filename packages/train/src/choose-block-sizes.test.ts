import { type Tensor, tensor } from '@gyre/tensor'
import { createModel, type Gpt2Config, type Model } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { applyMethod } from './apply-method.js'
import { chooseBlockSizesFor, provisionalBlockSizes, siteGradients } from './choose-block-sizes.js'
import { parseRunMethod } from './method-grammar.js'
import type { MicroBatch } from './trainer.js'

const config: Gpt2Config = {
  modelType: 'gpt2',
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 10,
  layerNormEpsilon: 1e-5,
  residualDropoutProb: 0.5,
  embeddingDropoutProb: 0.5,
  attentionProbsDropoutProb: 0.5,
  initializerRange: 0.3,
}
const modelOf = (): Model => createModel(config, { seed: 1 })

/** `count` sequences, the first of which no other part has. */
function part(first: number, count: number): MicroBatch {
  const ids = Int32Array.from({ length: count * 5 }, (_, i) => (3 * (i + first * 5)) ** 2 % 11)
  const inputIds = tensor(ids, { shape: [count, 5] }) as Tensor
  return { inputs: { inputIds, labels: inputIds }, labelCount: count * 4 }
}
const targets = ['c_attn', 'c_fc']

describe('siteGradients', () => {
  it('is the gradient of the mean loss over all labels, however the batches are cut', async () => {
    const whole = await siteGradients(modelOf(), targets, () => [part(0, 6)], { steps: 1 })
    const cut = [[part(0, 1), part(1, 2)], [part(3, 3)]]
    const inParts = await siteGradients(modelOf(), targets, (step) => cut[step]!, { steps: 2 })
    expect(whole.map(({ site }) => site.path)).toEqual(
      [0, 1].flatMap((layer) => [`transformer.h.${layer}.attn.c_attn`, `transformer.h.${layer}.mlp.c_fc`]),
    )
    for (const [i, { gradient }] of whole.entries()) {
      const other = inParts[i]!.gradient
      expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-3)
      expect(Math.max(...Array.from(gradient, (value, at) => Math.abs(value - other[at]!)))).toBeLessThan(
        1e-6,
      )
    }
  })

  it('leaves the model as it was', async () => {
    const model = modelOf()
    model.requiresGrad(false)
    const [, first] = [...model.namedParameters()][0]!
    first.trainable = true
    const numbers = [...model.namedParameters()].map(([, parameter]) => [...parameter.value.dataSync()])
    await siteGradients(model, targets, () => [part(0, 2)], { steps: 2 })
    const after = [...model.namedParameters()].map(([, parameter]) => parameter)
    expect(after.map(({ trainable }) => trainable)).toEqual(after.map((parameter) => parameter === first))
    expect(after.map((parameter) => [...parameter.value.dataSync()])).toEqual(numbers)
  })

  it('says so when there is nothing to learn from', async () => {
    const empty = { ...part(0, 1), labelCount: 0 }
    await expect(siteGradients(modelOf(), targets, () => [empty], { steps: 3 })).rejects.toThrow(
      'the first 3 batches have no labels to choose block sizes by',
    )
  })
})

describe('chooseBlockSizesFor', () => {
  it('gives an adapter within the budget, on layers that keep their weight as [in, out] too', async () => {
    const method = parseRunMethod('bca:p=auto:budget=150', { targets })
    if (method.kind !== 'automatic') throw new Error(method.kind)
    const model = modelOf()
    const choice = await chooseBlockSizesFor(model, method, (step) => [part(step, 2)])
    expect(choice.parameters).toBeGreaterThan(140)
    const trainable = applyMethod(model, method.withBlockSizes(choice.blockSizes), { seed: 0 })
    expect(trainable.counts).toEqual({ adapter: choice.parameters, head: 0 })
    expect(trainable.adapter!.sites.map(({ site }) => site.path)).toEqual(Object.keys(choice.blockSizes))
    // What the run trains leaves the gradient at zero kernels, and so the choice, as it was.
    expect(await chooseBlockSizesFor(model, method, (step) => [part(step, 2)])).toEqual(choice)
  })
})

describe('provisionalBlockSizes', () => {
  // Two layers of 8 → 24 and two of 8 → 12, whose common divisors end at 8 and at 4.
  const sizes = (budget: number) => Object.values(provisionalBlockSizes(modelOf(), { budget, targets }))

  it('are one size everywhere, as near to the budget as there is one', () => {
    expect(sizes(1000)).toEqual([1, 1, 1, 1])
    expect(sizes(575)).toEqual([2, 2, 2, 2])
    expect(sizes(143)).toEqual([8, 4, 8, 4])
  })

  it('are those of the first layers that the budget buys, where it is too small for all', () => {
    expect(provisionalBlockSizes(modelOf(), { budget: 50, targets })).toEqual({
      'transformer.h.0.attn.c_attn': 8,
      'transformer.h.0.mlp.c_fc': 4,
    })
    expect(() => sizes(23)).toThrow('budget 23 buys no adapter; the smallest one has 24 numbers')
  })
})
