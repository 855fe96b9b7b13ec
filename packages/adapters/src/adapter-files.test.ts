import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Linear, Module, seedParameters } from '@gyre/nn'
import { readSafetensors } from '@gyre/safetensors'
import { isGyreError, ones, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { type AdapterFiles, loadAdapter, saveAdapter } from './adapter-files.js'
import { inject } from './inject.js'
import { lora } from './lora/lora.js'
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
      base_model_name_or_path: 'tiny',
      bias: 'none',
      inference_mode: true,
      lora_alpha: 6,
      lora_dropout: 0,
      modules_to_save: ['classifier'],
      peft_type: 'LORA',
      r: 2,
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
    expect(adapter.method.targets).toEqual({ targets: ['query'], modulesToSave: ['classifier'] })
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
      'targets that are no list',
      { target_modules: 'query' },
      'target_modules should be a list of names, not "query"',
    ],
    ['a target that is nowhere', { target_modules: ['q_proj'] }, "target 'q_proj' matches no linear layer"],
    ['no rank', { r: null }, 'adapter_config.json: r should be a positive integer, not null'],
    ['half a rank', { r: 2.5 }, 'adapter_config.json: r should be a positive integer, not 2.5'],
    ['a scale that is no number', { lora_alpha: '8' }, 'lora_alpha should be a positive number, not "8"'],
    ['DoRA', { use_dora: true }, 'use_dora = true is not supported; expected false'],
    [
      'ranks by layer',
      { rank_pattern: { query: 4 } },
      'rank_pattern = {"query":4} is not supported; expected {}',
    ],
    ['biases', { bias: 'all' }, 'bias = "all" is not supported; expected "none"'],
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
