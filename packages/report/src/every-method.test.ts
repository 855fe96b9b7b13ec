import { adapterMethods, applyMethod, parseMethods } from '@gyre/train'
import { createModel, type PresetName, presets } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { everyMethod, queryAndValueTargets } from './every-method.js'

function methodsFor(preset: PresetName): string[] {
  const config = presets[preset]
  return everyMethod(createModel(config, { seed: 0 }), queryAndValueTargets(config))
}

const blockSizesOf = (methods: readonly string[], name: string): number[] =>
  methods.flatMap((method) => (method.startsWith(`${name}:p=`) ? [Number(method.split('=')[1])] : []))

describe('every method', () => {
  it('is there for a model of square layers, each as the command line reads it', () => {
    const methods = methodsFor('roberta-base')
    const names = new Set(methods.map((method) => method.split(':')[0]))
    expect([...names].sort()).toEqual([...Object.keys(adapterMethods), 'full', 'head'].sort())
    expect(parseMethods(methods.join(','), { targets: ['query'] })).toHaveLength(methods.length)
  })

  it.each(Object.keys(presets) as PresetName[])('can be applied to %s', (preset) => {
    const config = presets[preset]
    const targets = { targets: queryAndValueTargets(config) }
    for (const method of parseMethods(methodsFor(preset).join(','), targets)) {
      const { counts } = applyMethod(createModel(config, { seed: 0 }), method, { seed: 0 })
      expect(counts.adapter + counts.head, method.label).toBeGreaterThan(0)
    }
  })

  it('comes in block sizes up to the largest that divides all sides', () => {
    expect(blockSizesOf(methodsFor('roberta-base'), 'bca')).toEqual([64, 128, 256, 768])
    expect(blockSizesOf(methodsFor('llama2-7b'), 'c3a')).toEqual([64, 128, 256, 512, 1024, 2048, 4096])
    // Values of 8 heads of 128.
    expect(blockSizesOf(methodsFor('llama3-8b'), 'bca')).toEqual([64, 128, 256, 512, 1024])
  })

  it('leaves out what needs square layers, where there are others', () => {
    expect(methodsFor('llama2-7b').some((method) => method.startsWith('cdvft'))).toBe(true)
    expect(methodsFor('llama3-8b').some((method) => method.startsWith('cdvft'))).toBe(false)
    expect(methodsFor('gpt2').some((method) => method.startsWith('cdvft'))).toBe(false)
  })

  it('leaves out the head where it is the embedding', () => {
    expect(methodsFor('gpt2')).not.toContain('head')
    expect(methodsFor('llama2-7b')).toContain('head')
  })

  it('fits small layers', () => {
    const config = { ...presets['roberta-base'], hiddenSize: 24, numAttentionHeads: 4 }
    const methods = everyMethod(createModel(config, { seed: 0 }), ['query', 'value'])
    expect(blockSizesOf(methods, 'bca')).toEqual([24])
    expect(methods).toContain('fourierft:n=576')
  })
})
