import { findSites } from '@gyre/adapters'
import { adapterMethods, parseMethods } from '@gyre/train'
import { createModel, type PresetName, presets } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { everyMethod, queryAndValueTargets } from './every-method.js'

function methodsFor(preset: PresetName): string[] {
  const config = presets[preset]
  return everyMethod(findSites(createModel(config, { seed: 0 }), queryAndValueTargets(config)))
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

  it('fits small layers', () => {
    const site = { path: 'a', target: 'a', inFeatures: 16, outFeatures: 24, weightIsTransposed: false }
    const methods = everyMethod([site])
    expect(blockSizesOf(methods, 'bca')).toEqual([8])
    expect(methods).toContain('fourierft:n=384')
  })
})
