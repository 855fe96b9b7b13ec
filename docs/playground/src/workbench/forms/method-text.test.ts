import { parseRunMethod, readMethodText, trainingMethodNames } from '@gyre/train'
import { describe, expect, it } from 'vitest'
import { optionProblem, shownOptions, writeMethodText } from './method-text.js'

describe('writeMethodText', () => {
  it.each(trainingMethodNames)('writes a fresh %s as its own label', (name) => {
    const text = writeMethodText({ name, options: {} })
    expect(parseRunMethod(text, { targets: ['query'] }).label).toBe(text)
  })

  it.each([
    'bca:p=16',
    'bca:p=auto:budget=4096:by=magnitude',
    'bca:p=q_proj/16+up_proj/4:scale=false',
    'lora:r=4:alpha=16:rslora=true',
    'fourierft:n=100:seed=3:form=spectral',
    'full:freeze=embed_tokens+norm',
  ])('gives %s back', (text) => {
    expect(writeMethodText(readMethodText(text))).toBe(text)
  })

  it('leaves out what belongs to automatic block sizes alone', () => {
    expect(writeMethodText({ name: 'bca', options: { blockSize: '8', budget: '4096' } })).toBe('bca:p=8')
  })
})

describe('optionProblem', () => {
  const problemsOf = (name: string, options: { readonly [option: string]: string }): string[] =>
    shownOptions({ name, options }).flatMap((option) => optionProblem({ name, options }, option) ?? [])

  it('has nothing to say of what the method can parse', () => {
    expect(problemsOf('bca', { blockSize: 'max:32', scaleLearningRate: 'false' })).toEqual([])
    expect(problemsOf('lora', {})).toEqual([])
  })

  it('is the sentence of the option', () => {
    expect(problemsOf('lora', { r: 'many' })).toEqual([
      "r: expected an integer ≥ 1, or target/number joined by +, got 'many'",
    ])
    expect(problemsOf('lora', { r: '' })).toHaveLength(1)
  })

  it('asks for a budget where the gradients choose', () => {
    expect(problemsOf('bca', { blockSize: 'auto' })).toEqual(["budget: expected an integer ≥ 1, got ''"])
    expect(problemsOf('bca', { blockSize: 'auto', budget: '64' })).toEqual([])
  })

  it('lets no option begin another', () => {
    expect(problemsOf('bca', { blockSize: '4:scale=false' })).toEqual([
      "blockSize: expected no colon, got '4:scale=false'",
    ])
  })
})
