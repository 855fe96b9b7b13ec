import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Conv1D, Linear, Module, seedParameters } from '@gyre/nn'
import { readSafetensors, type TensorData, writeSafetensors } from '@gyre/safetensors'
import { isGyreError, ones, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { type AdapterFiles, loadAdapter, saveAdapter } from './adapter-files.js'
import { inject } from './inject.js'
import { lora } from './lora/lora.js'
import type { TrainedBiases } from './method.js'
import { loadAdapterFolder, saveAdapterFolder } from './node.js'

class Classifier extends Module {
  readonly query = new Linear(4, 6)
  readonly classifier = new Linear(6, 2)
  readonly headPaths = ['classifier']
  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.query.forward(x))
  }
}

function model(): Classifier {
  const fresh = new Classifier()
  seedParameters(fresh, 1)
  return fresh
}

const method = lora({ r: 2, alpha: 6, targets: ['query'], modulesToSave: ['classifier'] })
const files = await saveAdapter(inject(model(), method), { baseModel: 'tiny', taskType: 'SEQ_CLS' })

const withConfig = (config: object | string): AdapterFiles => ({
  ...files,
  'adapter_config.json':
    typeof config === 'string'
      ? config
      : JSON.stringify({ ...JSON.parse(files['adapter_config.json']), ...config }),
})

describe('saveAdapter', () => {
  it("writes PEFT's fields and names", () => {
    expect(JSON.parse(files['adapter_config.json'])).toEqual({
      alpha_pattern: {},
      base_model_name_or_path: 'tiny',
      bias: 'none',
      fan_in_fan_out: false,
      inference_mode: true,
      lora_alpha: 6,
      lora_dropout: 0,
      modules_to_save: ['classifier'],
      peft_type: 'LORA',
      r: 2,
      rank_pattern: {},
      target_modules: ['query'],
      task_type: 'SEQ_CLS',
      use_rslora: false,
    })
    const { entries, metadata } = readSafetensors(files['adapter_model.safetensors'])
    expect([...entries.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['base_model.model.query.lora_A.weight', 'F32', [2, 4]],
      ['base_model.model.query.lora_B.weight', 'F32', [6, 2]],
      ['base_model.model.classifier.weight', 'F32', [2, 6]],
      ['base_model.model.classifier.bias', 'F32', [2]],
    ])
    expect(metadata.get('format')).toBe('pt')
  })

  it('says of layers that keep their weight transposed that they do', async () => {
    class Transposed extends Module {
      readonly c_attn = new Conv1D(4, 12)
      override forward(x: Tensor): Tensor {
        return this.c_attn.forward(x)
      }
    }
    const [module, other] = [new Transposed(), new Transposed()]
    for (const each of [module, other]) seedParameters(each, 1)
    const adapter = inject(module, lora({ r: 2, targets: ['c_attn'] }))
    adapter.sites[0]!.parameters.byName.get('b')!.assign(ones([12, 2]) as Tensor)
    const saved = await saveAdapter(adapter)
    expect(JSON.parse(saved['adapter_config.json']).fan_in_fan_out).toBe(true)
    // The layers know it themselves; the field decides nothing.
    loadAdapter(
      other,
      {
        ...saved,
        'adapter_config.json': saved['adapter_config.json'].replace(
          '"fan_in_fan_out": true',
          '"fan_in_fan_out": false',
        ),
      },
      [lora],
    )
    const x = ones([1, 4]) as Tensor
    expect(other.forward(x).dataSync()).toEqual(module.forward(x).dataSync())
  })

  it('writes all-linear as PEFT does, and reads it back', async () => {
    const saved = await saveAdapter(inject(model(), lora({ targets: ['all-linear'] })))
    expect(JSON.parse(saved['adapter_config.json']).target_modules).toBe('all-linear')
    expect(loadAdapter(model(), saved, [lora]).sites.map(({ site }) => site.path)).toEqual(['query'])
  })
})

describe('loadAdapter', () => {
  it('makes the method that the file names', () => {
    const adapter = loadAdapter(model(), files, [lora], { name: 'mine' })
    expect(adapter.name).toBe('mine')
    expect(adapter.method.label).toBe('lora:r=2:alpha=6')
    expect(adapter.method.targets).toEqual({
      targets: ['query'],
      modulesToSave: ['classifier'],
      biases: 'none',
    })
  })

  it('passes over heads of other architectures in modules_to_save', () => {
    const adapter = loadAdapter(model(), withConfig({ modules_to_save: ['classifier', 'score'] }), [lora])
    expect(adapter.method.targets.modulesToSave).toEqual(['classifier'])
  })

  it.each<[string, object | string, string]>([
    ['no JSON', '{', 'adapter_config.json: '],
    ['no object', '[]', 'adapter_config.json: expected a JSON object'],
    ['another method', { peft_type: 'VERA' }, 'adapter_config.json: peft_type is "VERA"; expected LORA'],
    [
      'targets of no kind',
      { target_modules: 7 },
      'target_modules should be a list of names, "all-linear" or a regular expression, not 7',
    ],
    [
      'a pattern that matches nothing',
      { target_modules: '.*q_proj' },
      'adapter_config.json: target_modules ".*q_proj" matches no linear layer of the model',
    ],
    ['a target that is nowhere', { target_modules: ['q_proj'] }, "target 'q_proj' matches no linear layer"],
    ['no rank', { r: null }, 'adapter_config.json: r should be a positive integer, not null'],
    ['half a rank', { r: 2.5 }, 'adapter_config.json: r should be a positive integer, not 2.5'],
    ['a scale that is no number', { lora_alpha: '8' }, 'lora_alpha should be a positive number, not "8"'],
    ['DoRA', { use_dora: true }, 'use_dora = true is not supported; expected false'],
    [
      'another initialisation of the model',
      { init_lora_weights: 'pissa_niter_4' },
      'init_lora_weights = "pissa_niter_4" is not supported: it changes the weights of the model itself',
    ],
    [
      'a rank by pattern that is none',
      { rank_pattern: { query: 0 } },
      'adapter_config.json: rank_pattern: 0 for "query" does not do',
    ],
    [
      'another rank than that of the tensors',
      { rank_pattern: { query: 4 } },
      'base_model.model.query.lora_A.weight has shape [2, 4], expected [4, 4]',
    ],
    [
      'biases that are not there',
      { bias: 'all' },
      'adapter_model.safetensors: missing base_model.model.query.base_layer.bias',
    ],
    ['biases of another kind', { bias: 'c3a_only' }, 'bias should be "none", "all" or "lora_only"'],
  ])('rejects a configuration with %s in one clear sentence', (_what, config, message) => {
    const load = () => loadAdapter(model(), withConfig(config), [lora])
    expect(load).toThrow(message)
    try {
      load()
    } catch (error) {
      expect(isGyreError(error)).toBe(true)
    }
  })

  it('reports a truncated file and leaves the model without the adapter', () => {
    const module = model()
    const bytes = files['adapter_model.safetensors']
    const truncated = { ...files, 'adapter_model.safetensors': bytes.subarray(0, bytes.length - 5) }
    expect(() => loadAdapter(module, truncated, [lora])).toThrow(/adapter_model\.safetensors: .*/)
    expect(module.query.deltas).toEqual([])
  })

  it('names the tensor and the place of a number that is none', () => {
    const file = readSafetensors(files['adapter_model.safetensors'])
    const tensors = [...file.entries.values()].map(({ name, shape }) => {
      const data = (file.get(name).data as Float32Array).slice()
      if (name.endsWith('lora_B.weight')) data[3] = Number.NaN
      return [name, { dtype: 'F32', shape, data }] as const
    })
    const spoilt = { ...files, 'adapter_model.safetensors': writeSafetensors(tensors) }
    const module = model()
    expect(() => loadAdapter(module, spoilt, [lora])).toThrow(
      'adapter_model.safetensors: base_model.model.query.lora_B.weight holds NaN at index 3',
    )
    expect(module.query.deltas).toEqual([])
  })

  it('keeps the fields that it does not know, in their order, and is saved with them', async () => {
    const fields = { z_field: [1, { a: null }], ...JSON.parse(files['adapter_config.json']), auto_mapping: 7 }
    const adapter = loadAdapter(model(), withConfig(JSON.stringify(fields)), [lora])
    const saved = await saveAdapter(adapter)
    expect(Object.entries(JSON.parse(saved['adapter_config.json']))).toEqual(Object.entries(fields))
    expect(saved['adapter_model.safetensors']).toEqual(files['adapter_model.safetensors'])
    expect(JSON.parse((await saveAdapter(adapter, { baseModel: 'b' }))['adapter_config.json'])).toEqual({
      ...fields,
      base_model_name_or_path: 'b',
    })
  })

  it('does not hold on to the bytes of the file', () => {
    const bytes = files['adapter_model.safetensors'].slice()
    const module = model()
    const adapter = loadAdapter(module, { ...files, 'adapter_model.safetensors': bytes }, [lora])
    const x = ones([1, 4]) as Tensor
    const before = module.forward(x).dataSync()
    bytes.fill(0)
    expect(module.forward(x).dataSync()).toEqual(before)
    expect(adapter.sites).toHaveLength(1)
  })
})

describe('trained biases', () => {
  const withBiases = (biases: TrainedBiases) =>
    lora({ r: 2, targets: ['query'], modulesToSave: ['classifier'], biases })

  it('are trained and saved beside the adapter under the names of PEFT', async () => {
    const module = model()
    const adapter = inject(module, withBiases('all'))
    expect(module.query.bias!.trainable).toBe(true)
    expect(adapter.headParameters.map(([key]) => key)).toEqual([
      'base_model.model.classifier.weight',
      'base_model.model.classifier.bias',
      'base_model.model.query.base_layer.bias',
    ])
    module.query.bias!.assign(ones([6]))
    const after = module.forward(ones([1, 4]) as Tensor).dataSync()
    for (const [biases, name] of [
      ['all', 'all'],
      ['adapted', 'lora_only'],
    ] as const) {
      const trained = model()
      const source = inject(trained, withBiases(biases))
      trained.query.bias!.assign(ones([6]))
      const saved = await saveAdapter(source)
      expect(JSON.parse(saved['adapter_config.json']).bias).toBe(name)
      const fresh = model()
      const before = fresh.forward(ones([1, 4]) as Tensor).dataSync()
      const loaded = loadAdapter(fresh, saved, [lora])
      expect(fresh.forward(ones([1, 4]) as Tensor).dataSync()).toEqual(after)
      loaded.enabled = false
      expect(fresh.forward(ones([1, 4]) as Tensor).dataSync()).toEqual(before)
    }
  })

  it('of saved modules may stand in a file twice more', async () => {
    const saved = await saveAdapter(inject(model(), withBiases('all')))
    const file = readSafetensors(saved['adapter_model.safetensors'])
    const tensors = new Map<string, TensorData>(
      [...file.entries.keys()].map((name) => [name, file.get(name)]),
    )
    const bias = tensors.get('base_model.model.classifier.bias')!
    for (const copy of ['original_module', 'modules_to_save.default'])
      tensors.set(`base_model.model.classifier.${copy}.bias`, bias)
    const withCopies = { ...saved, 'adapter_model.safetensors': writeSafetensors(tensors) }
    expect(await saveAdapter(loadAdapter(model(), withCopies, [lora]))).toEqual(saved)
    const elsewhere = { ...withCopies, 'adapter_config.json': files['adapter_config.json'] }
    expect(() => loadAdapter(model(), elsewhere, [lora])).toThrow(
      'unexpected base_model.model.classifier.original_module.bias',
    )
  })

  it('of adapted layers are often left out by PEFT; the model then keeps its own', () => {
    const adapter = loadAdapter(model(), withConfig({ bias: 'lora_only' }), [lora])
    expect(adapter.headParameters.map(([key]) => key)).toEqual([
      'base_model.model.classifier.weight',
      'base_model.model.classifier.bias',
    ])
  })
})

describe('an adapter folder', () => {
  it('holds the two files and nothing else, and is read back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gyre-adapter-'))
    try {
      await saveAdapterFolder(join(folder, 'new'), inject(model(), method))
      expect((await readdir(join(folder, 'new'))).sort()).toEqual([
        'adapter_config.json',
        'adapter_model.safetensors',
      ])
      const adapter = await loadAdapterFolder(join(folder, 'new'), model(), [lora])
      expect(adapter.method.label).toBe(method.label)
      await expect(loadAdapterFolder(folder, model(), [lora])).rejects.toThrow(
        `${join(folder, 'adapter_config.json')}: there is no such file`,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
