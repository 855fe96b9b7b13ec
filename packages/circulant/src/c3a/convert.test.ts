import { type AdapterFiles, inject, loadAdapter, saveAdapter } from '@gyre/adapters'
import { Linear, Module, seedParameters } from '@gyre/nn'
import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { randn, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { bca } from '../bca/bca.js'
import { c3a } from './c3a.js'
import { bcaToC3a, c3aToBca, type HeadTensors, needsHead } from './convert.js'

class Model extends Module {
  readonly query = new Linear(12, 8)
  readonly value = new Linear(8, 8)
  readonly classifier = new Linear(8, 2)
  readonly headPaths = ['classifier']

  override forward(x: Tensor): Tensor {
    return this.value.forward(this.query.forward(x))
  }
}

const targets = ['query', 'value']
/** Sides that are no power of two, and another block size for each layer. */
const blockSize = { query: 4, value: 8 }

async function filesOf(
  method: ReturnType<typeof bca>,
  taskType: string,
  model = new Model(),
): Promise<AdapterFiles> {
  const adapter = inject(model, method)
  for (const [i, { parameters }] of adapter.sites.entries()) {
    const kernel = parameters.byName.get('kernel')!
    kernel.assign(randn(kernel.shape, { seed: i }) as Tensor)
  }
  return saveAdapter(adapter, { baseModel: 'base', taskType })
}

const bcaFiles = await filesOf(bca({ blockSize, scaleLearningRate: false, targets }), 'CAUSAL_LM')
const c3aFiles = await filesOf(c3a({ blockSize, init: 'gaussian', targets }), 'CAUSAL_LM')
const fieldsOf = (files: AdapterFiles) => JSON.parse(files['adapter_config.json'])
const namesIn = (files: AdapterFiles) => [
  ...readSafetensors(files['adapter_model.safetensors']).entries.keys(),
]

function changed(
  files: AdapterFiles,
  fields: object,
  change: (tensors: Map<string, WritableTensor>) => void = () => {},
): AdapterFiles {
  const file = readSafetensors(files['adapter_model.safetensors'])
  const tensors = new Map<string, WritableTensor>(
    [...file.entries.keys()].map((name) => [name, file.get(name) as WritableTensor]),
  )
  change(tensors)
  return {
    'adapter_config.json': JSON.stringify({ ...fieldsOf(files), ...fields }),
    'adapter_model.safetensors': writeSafetensors(tensors),
  }
}

function outputsWith(files: AdapterFiles): number[] {
  const model = new Model()
  for (const layer of [model.query, model.value]) layer.bias!.assign(randn([8], { seed: 7 }) as Tensor)
  model.query.weight.assign(randn([8, 12], { seed: 8 }) as Tensor)
  model.value.weight.assign(randn([8, 8], { seed: 9 }) as Tensor)
  loadAdapter(model, files, [bca, c3a])
  return [...model.forward(randn([3, 12], { seed: 10 }) as Tensor).dataSync()].map(Number)
}

describe('a BCA adapter as C3A', () => {
  const converted = bcaToC3a(bcaFiles)

  it('computes the same', () => {
    const [outputs, expected] = [outputsWith(converted), outputsWith(bcaFiles)]
    for (const [i, value] of outputs.entries()) expect(value).toBeCloseTo(expected[i]!, 5)
  })

  it("has PEFT's fields, and none that only BCA has", () => {
    expect(fieldsOf(converted)).toEqual({
      base_model_name_or_path: 'base',
      bias: 'none',
      block_size: 4,
      block_size_pattern: { value: 8 },
      inference_mode: true,
      init_weights: true,
      modules_to_save: null,
      peft_type: 'C3A',
      target_modules: targets,
      task_type: 'CAUSAL_LM',
    })
  })

  it('names its layers, where BCA said all-linear', async () => {
    const everywhere = await filesOf(bca({ blockSize: 'max:8', targets: ['all-linear'] }), 'CAUSAL_LM')
    expect(fieldsOf(bcaToC3a(everywhere)).target_modules).toEqual(targets)
  })

  it('takes the head of a classifier that has none, and needs it', async () => {
    const classifier = changed(bcaFiles, { task_type: 'SEQ_CLS' })
    expect(needsHead(classifier)).toBe(true)
    expect(() => bcaToC3a(classifier)).toThrow(
      'is for SEQ_CLS and has no classifier, without which PEFT loads',
    )
    const tensor = { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } as const
    const head = (name: string): HeadTensors => new Map([[name, tensor]])
    expect(() => bcaToC3a(classifier, { head: head('lm_head.bias') })).toThrow(
      'the head has lm_head.bias; PEFT expects classifier or score',
    )
    const complete = bcaToC3a(classifier, { head: head('classifier.bias') })
    expect(namesIn(complete)).toContain('base_model.model.classifier.bias')
    expect(fieldsOf(complete).modules_to_save).toEqual(['classifier', 'score'])

    const model = new Model()
    seedParameters(model, 1)
    const trained = await filesOf(bca({ targets, modulesToSave: ['classifier'] }), 'SEQ_CLS', model)
    expect(needsHead(trained)).toBe(false)
    // Its own, not the one that is offered.
    expect(namesIn(bcaToC3a(trained, { head: head('score.bias') })).sort()).toEqual(
      namesIn(trained)
        .map((name) => name.replace('bca_kernel', 'c3a_kernel'))
        .sort(),
    )
  })
})

describe('a C3A adapter as BCA', () => {
  it('computes the same to the last bit', () => {
    expect(outputsWith(c3aToBca(c3aFiles))).toEqual(outputsWith(c3aFiles))
  })

  it('comes back with all of its fields and, to a rounding, its numbers', () => {
    const fields = {
      block_size: 4,
      block_size_pattern: { '(value|key)': 8, 'nowhere.*': 3 },
      a_field_of_tomorrow: [1],
    }
    const given = changed(c3aFiles, fields)
    const back = bcaToC3a(c3aToBca(given))
    expect(Object.entries(fieldsOf(back))).toEqual(Object.entries(fieldsOf(given)))
    const [file, original] = [back, given].map((files) => readSafetensors(files['adapter_model.safetensors']))
    expect([...file!.entries.keys()]).toEqual([...original!.entries.keys()])
    for (const key of file!.entries.keys()) {
      for (const [i, value] of file!.get(key).data.entries()) {
        const expected = Number(original!.get(key).data[i])
        expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(2 ** -23 * Math.abs(expected))
      }
    }
  })
})

describe('files that cannot be converted', () => {
  const key = 'base_model.model.query.bca_kernel'

  it.each<[string, AdapterFiles, string]>([
    ['another method', c3aFiles, 'adapter_config.json: peft_type is "C3A"; expected "BCA"'],
    [
      'no kernels',
      changed(bcaFiles, {}, (tensors) => tensors.clear()),
      'adapter_model.safetensors: no tensor is named ….bca_kernel',
    ],
    [
      'a kernel with two axes',
      changed(bcaFiles, {}, (tensors) => {
        tensors.set(key, { dtype: 'F32', shape: [2, 12], data: new Float32Array(24) })
      }),
      `adapter_model.safetensors: ${key} has shape [2, 12]; expected base_model.model.… of [out/p, in/p, p]`,
    ],
    [
      'numbers that are none',
      changed(bcaFiles, {}, (tensors) => {
        tensors.set(key, { dtype: 'F32', shape: [1, 1, 2], data: Float32Array.of(1, Number.NaN) })
      }),
      `adapter_model.safetensors: ${key} holds NaN at index 1`,
    ],
    [
      'integers',
      changed(bcaFiles, {}, (tensors) => {
        tensors.set(key, { dtype: 'I32', shape: [1, 1, 2], data: Int32Array.of(1, 2) })
      }),
      `adapter_model.safetensors: ${key} is I32, expected F32, F16 or BF16`,
    ],
  ])('%s', (_what, files, message) => {
    expect(() => bcaToC3a(files)).toThrow(message)
  })
})
