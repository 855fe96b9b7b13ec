import { Linear, Module } from '@gyre/nn'
import type { Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { parsePeftConfig, peftSites } from './peft-config.js'

class Layer extends Module {
  readonly q_proj = new Linear(4, 4)
  readonly v_proj = new Linear(4, 2)
  override forward(x: Tensor): Tensor {
    return this.q_proj.forward(x)
  }
}

class Body extends Module {
  readonly layers = [new Layer(), new Layer(), new Layer()]
  override forward(x: Tensor): Tensor {
    return x
  }
}

class Model extends Module {
  readonly model = new Body()
  readonly lm_head = new Linear(4, 9)
  readonly headPaths = ['lm_head']
  override forward(x: Tensor): Tensor {
    return x
  }
}

const pathsOf = (fields: object): string[] =>
  peftSites(new Model(), fields as never).sites.map(({ path }) => path)

describe('peftSites', () => {
  it('takes a list, all-linear, and a regular expression for the whole path', () => {
    const inAllLayers = ['0', '1', '2'].map((layer) => `model.layers.${layer}.q_proj`)
    expect(pathsOf({ target_modules: ['q_proj'] })).toEqual(inAllLayers)
    expect(pathsOf({ target_modules: '.*q_proj' })).toEqual(inAllLayers)
    expect(pathsOf({ target_modules: 'all-linear' })).toHaveLength(6)
    expect(pathsOf({ target_modules: '.*layers\\.[02]\\.v_proj|lm_head' })).toEqual([
      'model.layers.0.v_proj',
      'model.layers.2.v_proj',
      'lm_head',
    ])
  })

  it('leaves out exclude_modules, a list or a regular expression', () => {
    const all = { target_modules: ['q_proj', 'v_proj'] }
    expect(pathsOf({ ...all, exclude_modules: ['v_proj', '1.q_proj'] })).toEqual([
      'model.layers.0.q_proj',
      'model.layers.2.q_proj',
    ])
    expect(pathsOf({ ...all, exclude_modules: '.*(1|2).*' })).toEqual([
      'model.layers.0.q_proj',
      'model.layers.0.v_proj',
    ])
    expect(() => pathsOf({ ...all, exclude_modules: '.*' })).toThrow(
      'exclude_modules and layers_to_transform leave no target',
    )
  })

  it('takes layers_to_transform by the number of the layer', () => {
    const all = { target_modules: ['q_proj'] }
    const first = ['model.layers.0.q_proj']
    expect(pathsOf({ ...all, layers_to_transform: [0, 2] })).toEqual([...first, 'model.layers.2.q_proj'])
    expect(pathsOf({ ...all, layers_to_transform: 0, layers_pattern: 'layers' })).toEqual(first)
    expect(pathsOf({ ...all, layers_to_transform: 0, layers_pattern: ['h', 'layers'] })).toEqual(first)
    expect(pathsOf({ ...all, layers_to_transform: [] })).toHaveLength(3)
    expect(() => pathsOf({ ...all, layers_to_transform: 0, layers_pattern: 'h' })).toThrow('leave no target')
  })

  it.each([
    [{}, 'target_modules should be a list of names, "all-linear" or a regular expression, not undefined'],
    [
      { target_modules: ['q_proj'], layers_to_transform: ['0'] },
      'layers_to_transform should be a list of layer',
    ],
    [{ target_modules: '.*', layers_to_transform: 0 }, 'layers_to_transform needs a list of names'],
    [
      { target_modules: ['q_proj'], layers_to_transform: 0, layers_pattern: 'l.*s' },
      'layers_pattern "l.*s" is not supported',
    ],
    [{ target_modules: ['q_proj'], target_parameters: ['x'] }, 'target_parameters = ["x"] is not supported'],
    [{ target_modules: '(q' }, 'adapter_config.json: target_modules: the pattern "(q" opens a group'],
    [
      { target_modules: ['q_proj'], exclude_modules: '(q' },
      'adapter_config.json: exclude_modules: the pattern',
    ],
  ])('rejects %j in one clear sentence', (fields, message) => {
    expect(() => pathsOf(fields)).toThrow(message)
  })
})

describe('parsePeftConfig', () => {
  it('reads an object, and says what else came', () => {
    expect(parsePeftConfig('{"r": 8}')).toEqual({ r: 8 })
    expect(() => parsePeftConfig('[]')).toThrow('adapter_config.json: expected a JSON object')
    expect(() => parsePeftConfig('{')).toThrow(/^adapter_config\.json: /)
  })
})
