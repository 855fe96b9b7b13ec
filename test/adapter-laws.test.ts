import {
  type Adapter,
  type AdapterFiles,
  type AdapterMethod,
  type AnyMethodFactory,
  eject,
  inject,
  keyPrefix,
  loadAdapter,
  merge,
  saveAdapter,
  unmerge,
} from '@gyre/adapters'
import { costWithin, trace } from '@gyre/graph'
import { AdaptableLayer, constantSchedule } from '@gyre/nn'
import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { matmul, Rng, randn, sub, type Tensor } from '@gyre/tensor'
import { adapterMethods, applyMethod, Trainer } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { adapterRows } from './adapter-rows.js'
import { relmax } from './relmax.js'
import { batch, tinyInputs, tinyRoberta } from './tiny-models.js'

const factories: readonly AnyMethodFactory[] = Object.values(adapterMethods)

const logitsOf = (model: Model) => model.forward({ inputIds: tinyInputs(model).inputIds }).logits.dataSync()

/** Numbers of every parameter, by name. */
const numbersOf = (model: Model) =>
  new Map([...model.stateDict()].map(([name, value]) => [name, value.dataSync()]))

/** Gives the adapter's trainable tensors other numbers, as training would. */
function disturb(adapter: Adapter, seed: number): void {
  for (const [key, parameter] of adapter.namedParameters()) {
    if (parameter.trainable) {
      parameter.assign(randn(parameter.shape, { seed: new Rng(seed).child(key) }) as Tensor)
    }
  }
}

/** A model with an adapter after three steps. */
async function trained(
  create: () => Model,
  method: AdapterMethod,
): Promise<{ model: Model; adapter: Adapter }> {
  const model = create()
  const trainable = applyMethod(model, { kind: 'adapter', label: method.label, method }, { seed: 3 })
  const inputs = tinyInputs(model)
  const trainer = new Trainer(model, trainable, () => [{ inputs, labelCount: inputs.labels.size }], {
    totalSteps: 3,
    learningRate: 0.1,
    schedule: constantSchedule(),
    seed: 3,
  })
  while (!trainer.done) await trainer.runStep()
  return { model, adapter: trainable.adapter! }
}

describe.each(adapterRows)('$row', ({ create, method }) => {
  it('changes nothing when fresh, or says why it does', () => {
    const model = create()
    const before = logitsOf(model)
    inject(model, method)
    if (method.fresh === 'changes nothing') expect(logitsOf(model)).toEqual(before)
    else {
      expect(logitsOf(model)).not.toEqual(before)
      expect(method.fresh.changes).not.toBe('')
    }
  })

  it('computes the same merged as beside the weights', () => {
    const model = create()
    const base = logitsOf(model)
    const adapter = inject(model, method)
    disturb(adapter, 1)
    const beside = logitsOf(model)
    expect(relmax(beside, base)).toBeGreaterThan(1e-2)
    merge(adapter)
    expect(relmax(logitsOf(model), beside)).toBeLessThan(2e-5)
  })

  it('adds ΔW x to a layer, and a second adapter adds its own to that', () => {
    const model = create()
    const [first, second] = addTwo(model, method)
    for (const [i, { layer, site }] of first.sites.entries()) {
      const x = randn([7, site.inFeatures], { seed: 9 }) as Tensor
      first.enabled = second.enabled = false
      const alone = layer.forward(x)
      first.enabled = second.enabled = true
      const added = sub(layer.forward(x), alone)
      const expected = [first, second].map((adapter) =>
        matmul(x, adapter.sites[i]!.deltaWeight(), { transposeB: true }).dataSync(),
      )
      const sum = expected[0]!.map((value, at) => value + expected[1]![at]!)
      expect(relmax(added.dataSync(), sum), site.path).toBeLessThan(1e-5)
    }
  })

  it('commutes with a second adapter, beside the weights and merged', () => {
    const [model, other] = [create(), create()]
    const [first, second] = addTwo(model, method)
    const [late, early] = addTwo(other, method, { reversed: true })
    const beside = logitsOf(model)
    expect(relmax(logitsOf(other), beside)).toBeLessThan(2e-5)
    for (const adapter of [first, second, early, late]) merge(adapter)
    expect(relmax(logitsOf(model), beside)).toBeLessThan(2e-5)
    expect(relmax(logitsOf(other), beside)).toBeLessThan(2e-5)
  })

  it('restores the weights bit for bit when unmerged, in any order', () => {
    const model = create()
    const [first, second] = addTwo(model, method)
    const before = numbersOf(model)
    merge(first)
    const onlyFirst = numbersOf(model)
    merge(second)
    unmerge(second)
    expect(numbersOf(model)).toEqual(onlyFirst)
    merge(second)
    unmerge(first)
    unmerge(second)
    expect(numbersOf(model)).toEqual(before)
  })

  it('has as many numbers as its formula says, the head apart', () => {
    const model = create()
    const adapter = inject(model, method)
    const formula = adapter.sites.reduce((total, { site }) => total + method.parameterCount(site), 0)
    const head = adapter.headParameters.reduce(
      (total, [, { shape }]) => total + shape.reduce((a, b) => a * b, 1),
      0,
    )
    expect(adapter.countParameters()).toEqual({ adapter: formula, head })
    expect(model.countParameters({ trainableOnly: true })).toBe(head)
    expect(head > 0).toBe(method.targets.modulesToSave!.length > 0)
  })

  it('does as many FLOPs as its formula says, and the addition', () => {
    const model = create()
    const adapter = inject(model, method, { name: 'counted' })
    const graph = trace(
      (inputIds: Tensor) => model.forward({ inputIds }).logits,
      model,
    )({
      shape: [batch.sequences, batch.tokens],
      dtype: 'int32',
    })
    const tokens = batch.sequences * batch.tokens
    for (const { site } of adapter.sites) {
      const traced = costWithin(graph, (path) => path === `${site.path}.delta.counted`).flops
      expect(traced, site.path).toBeCloseTo(method.flops(site, tokens) + tokens * site.outFeatures, 6)
    }
    const all = costWithin(graph, (path) => path.split('.').includes('delta')).flops
    const formula = adapter.sites.reduce(
      (total, { site }) => total + method.flops(site, tokens) + tokens * site.outFeatures,
      0,
    )
    expect(all).toBeCloseTo(formula, 6)
  })

  it('computes, trained, saved and loaded, bit for bit what it computed', async () => {
    const { model, adapter } = await trained(create, method)
    const fresh = create()
    expect(relmax(logitsOf(model), logitsOf(fresh))).toBeGreaterThan(1e-3)
    const files = await saveAdapter(adapter, { baseModel: 'tiny' })
    const loaded = loadAdapter(fresh, files, factories, { seed: 99 })
    expect(loaded.method.name).toBe(method.name)
    expect(logitsOf(fresh)).toEqual(logitsOf(model))
    expect(await saveAdapter(loaded)).toEqual(files)
  })

  it('is gone, with its head, when ejected, and computes nothing when switched off', async () => {
    const untouched = logitsOf(create())
    const { model, adapter } = await trained(create, method)
    const files = await saveAdapter(adapter)
    adapter.enabled = false
    expect(logitsOf(model)).toEqual(untouched)
    expect(await saveAdapter(adapter)).toEqual(files)
    adapter.enabled = true
    expect(logitsOf(model)).not.toEqual(untouched)
    eject(adapter)
    expectWithoutAdapter(model)
    expect(logitsOf(model)).toEqual(untouched)
  })

  it('lists every tensor of a file that does not fit, and leaves the model as it was', async () => {
    const { adapter } = await trained(create, method)
    const files = await saveAdapter(adapter)
    // Frozen tensors may be missing and may be whole numbers.
    const learned = [...adapter.namedParameters()].filter(([, { trainable }]) => trainable)
    const [missing, misshapen, integers] = learned.map(([key]) => key)
    const spoilt = changeTensors(files, (tensors) => {
      tensors.delete(missing!)
      tensors.set(misshapen!, { dtype: 'F32', shape: [1, 7], data: new Float32Array(7) })
      const { shape } = tensors.get(integers!)!
      const data = new Int32Array(shape.reduce((a, b) => a * b, 1))
      tensors.set(integers!, { dtype: 'I32', shape, data })
      tensors.set('stranger', { dtype: 'F32', shape: [1], data: new Float32Array(1) })
    })
    const model = create()
    const before = logitsOf(model)
    const load = () => loadAdapter(model, spoilt, factories)
    expect(load).toThrow(`missing ${missing}`)
    expect(load).toThrow(`${misshapen} has shape [1, 7], expected [`)
    expect(load).toThrow(`${integers} is I32, expected F32, F16 or BF16`)
    expect(load).toThrow('unexpected stranger')
    expectWithoutAdapter(model)
    expect(logitsOf(model)).toEqual(before)
  })
})

const randomRows = adapterRows.filter(({ create, method }) => randomKeys(inject(create(), method)).length > 0)

describe.each(randomRows)('$row, whose random parts stay as they were drawn,', ({ create, method }) => {
  it('saves them', async () => {
    const { adapter } = await trained(create, method)
    const saved = readSafetensors((await saveAdapter(adapter))['adapter_model.safetensors'])
    for (const key of randomKeys(adapter)) expect(saved.entries.has(key), key).toBe(true)
  })

  it('takes them from its file, whatever would be drawn', async () => {
    const { model, adapter } = await trained(create, method)
    const turned = changeTensors(await saveAdapter(adapter), (tensors) => {
      for (const key of randomKeys(adapter)) tensors.set(key, withReversedRows(tensors.get(key)!))
    })
    const other = create()
    const loaded = loadAdapter(other, turned, factories)
    const file = readSafetensors(turned['adapter_model.safetensors'])
    for (const [key, tensor] of loaded.namedTensors()) {
      expect(tensor.dataSync(), key).toEqual(file.get(key).data)
    }
    expect(relmax(logitsOf(other), logitsOf(model))).toBeGreaterThan(1e-3)
  })

  it('draws them again where a file from elsewhere has none', async () => {
    const { model, adapter } = await trained(create, method)
    const without = changeTensors(await saveAdapter(adapter), (tensors) => {
      for (const key of randomKeys(adapter)) tensors.delete(key)
    })
    const fresh = create()
    loadAdapter(fresh, without, factories, { seed: 99 })
    expect(logitsOf(fresh)).toEqual(logitsOf(model))
  })
})

function withReversedRows({ data, ...tensor }: WritableTensor): WritableTensor {
  const reversed = data.slice()
  const columns = tensor.shape.at(-1)!
  for (let row = 0; row < data.length; row += columns) reversed.subarray(row, row + columns).reverse()
  return { ...tensor, data: reversed }
}

describe('the indices of FourierFT', () => {
  it('are refused where a layer has no such row or column', async () => {
    const method = adapterMethods.fourierft({ nFrequency: 3, targets: ['query'] })
    const adapter = inject(tinyRoberta(), method)
    const [key] = randomKeys(adapter)
    const { inFeatures } = adapter.sites[0]!.site
    const spoilt = changeTensors(await saveAdapter(adapter), (tensors) => {
      tensors.set(key!, { dtype: 'I32', shape: [2, 3], data: Int32Array.of(0, 1, 2, 0, inFeatures, 1) })
    })
    expect(() => loadAdapter(tinyRoberta(), spoilt, factories)).toThrow(
      `${key} holds ${inFeatures} at index 4, expected 0 to ${inFeatures - 1}`,
    )
  })
})

function randomKeys(adapter: Adapter): string[] {
  return [...adapter.namedParameters()]
    .filter(([, parameter]) => adapter.declarationOf(parameter)?.redrawnWhenMissing)
    .map(([key]) => key)
}

/** Two adapters of the method with numbers of their own; `reversed` injects the second one first. */
function addTwo(
  model: Model,
  { targets, ...method }: AdapterMethod,
  { reversed = false } = {},
): [Adapter, Adapter] {
  // Two versions of one head could not be added.
  const both = { ...method, targets: { ...targets, modulesToSave: [] } }
  const names = reversed ? ['second', 'first'] : ['first', 'second']
  const adapters = names.map((name) => inject(model, both, { name }))
  if (reversed) adapters.reverse()
  adapters.forEach(disturb)
  return adapters as [Adapter, Adapter]
}

function expectWithoutAdapter(model: Model): void {
  for (const [path, module] of model.namedModules())
    if (module instanceof AdaptableLayer) expect(module.deltas, path).toEqual([])
  expect(model.countParameters({ trainableOnly: true })).toBe(0)
}

type Tensors = Map<string, WritableTensor>

function changeTensors(files: AdapterFiles, change: (tensors: Tensors) => void): AdapterFiles {
  const file = readSafetensors(files['adapter_model.safetensors'])
  const tensors: Tensors = new Map([...file.entries.keys()].map((name) => [name, file.get(name)]))
  change(tensors)
  return { ...files, 'adapter_model.safetensors': writeSafetensors(tensors) }
}

describe('the head of a classifier', () => {
  it('is saved beside the adapter under the names that PEFT gives it', async () => {
    const { adapter } = await trained(
      tinyRoberta,
      adapterMethods.bca({ targets: ['query'], modulesToSave: ['classifier'] }),
    )
    const files = await saveAdapter(adapter, { taskType: 'SEQ_CLS' })
    const names = [...readSafetensors(files['adapter_model.safetensors']).entries.keys()]
    expect(names.filter((name) => name.startsWith(`${keyPrefix}classifier.`))).toEqual(
      ['dense.weight', 'dense.bias', 'out_proj.weight', 'out_proj.bias'].map(
        (name) => `base_model.model.classifier.${name}`,
      ),
    )
    const { modules_to_save, task_type } = JSON.parse(files['adapter_config.json'])
    expect({ modules_to_save, task_type }).toEqual({ modules_to_save: ['classifier'], task_type: 'SEQ_CLS' })
  })
})
