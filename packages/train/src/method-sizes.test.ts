import { createModel } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { applyMethod } from './apply-method.js'
import { parseMethod } from './method-grammar.js'
import { blockSizesOf, countTrained, withinBudget, withSize } from './method-sizes.js'

const newModel = () =>
  createModel(
    {
      modelType: 'llama',
      vocabSize: 32,
      hiddenSize: 24,
      intermediateSize: 36,
      numHiddenLayers: 2,
      numAttentionHeads: 2,
      numKeyValueHeads: 2,
      maxPositionEmbeddings: 16,
      rmsNormEps: 1e-6,
      ropeTheta: 10000,
      tieWordEmbeddings: false,
      initializerRange: 0.02,
    },
    { seed: 0 },
  )
const square = ['q_proj', 'o_proj']

describe('the size within a budget', () => {
  it.each([
    // Four layers of 24 × 24.
    ['bca:scale=false', 'p', [96, 200, 2304], [24, 12, 1]],
    ['c3a', 'p', [96, 200, 1000], [24, 12, 3]],
    ['lora:alpha=4', 'r', [192, 400, 1e6], [1, 2, 24]],
    ['fourierft', 'n', [96, 200, 1e6], [24, 50, 576]],
    ['vera', 'r', [100, 200], [1, 26]],
  ] as const)('of %s is the largest that does not exceed it', (method, letter, budgets, sizes) => {
    const model = newModel()
    for (const [i, budget] of budgets.entries()) {
      const chosen = withinBudget(method, model, { targets: square, budget })!
      const [name, ...rest] = method.split(':')
      expect(chosen).toBe([name, `${letter}=${sizes[i]}`, ...rest].join(':'))
      const trainable = applyMethod(newModel(), parseMethod(chosen, { targets: square }), { seed: 0 })
      expect(countTrained(chosen, model, square)).toBe(trainable.counts.adapter)
      expect(trainable.counts.adapter).toBeLessThanOrEqual(budget)
    }
  })

  it('is none where the smallest is too large', () => {
    const none = (method: string, budget: number) =>
      withinBudget(method, newModel(), { targets: square, budget })
    expect(none('bca', 95)).toBeUndefined()
    expect(none('lora', 191)).toBeUndefined()
    expect(none('cdvft', 287)).toBeUndefined()
    expect(none('cdvft', 288)).toBe('cdvft')
  })

  it('goes to a method whose block sizes the gradients choose, if it buys an adapter at one layer', () => {
    const within = (method: string, budget: number) =>
      withinBudget(method, newModel(), { targets: square, budget })
    expect(within('bca:p=auto:scale=false', 100)).toBe('bca:p=auto:scale=false:budget=100')
    expect(within('c3a:by=magnitude:blockSize=auto', 24)).toBe('c3a:by=magnitude:blockSize=auto:budget=24')
    expect(within('bca:p=auto', 23)).toBeUndefined()
    expect(() => within('bca:p=auto:budget=50', 100)).toThrow('blockSize is given twice')
  })

  it('is refused for what is no adapter', () => {
    expect(() => withinBudget('full', newModel(), { targets: square, budget: 100 })).toThrow(
      "method 'full' is no adapter: what it trains fits no budget",
    )
    expect(() => withSize('cdvft', 4)).toThrow("method 'cdvft' has no size to choose")
  })
})

describe('the block sizes of a model', () => {
  it('divide both sides of every layer', () => {
    expect(blockSizesOf(newModel(), square)).toEqual([1, 2, 3, 4, 6, 8, 12, 24])
    expect(blockSizesOf(newModel(), ['q_proj', 'up_proj'])).toEqual([1, 2, 3, 4, 6, 12])
  })
})
