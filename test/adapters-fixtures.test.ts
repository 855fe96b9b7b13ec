import { readdirSync, readFileSync } from 'node:fs'
import { type Adapter, merge, saveAdapter, unmerge } from '@gyre/adapters'
import { loadAdapterFolder } from '@gyre/adapters/node'
import { valueAndGrad } from '@gyre/autograd'
import { readSafetensors } from '@gyre/safetensors'
import type { Tensor } from '@gyre/tensor'
import { adapterMethods } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { onEveryBackendAndGpu } from './on-every-backend.js'
import { relmax } from './relmax.js'

const folders = readdirSync(fixturePath('adapters')).sort()

/**
 * The exported adapters are BCA's in the format of C3A. Their own files hold logits, loss and the kernels' gradients;
 * what else they compute was recorded for BCA.
 */
const exported = '-as-c3a'

/** The base model that the adapter was made for, the adapter in it, and what PyTorch computed with them. */
async function load(folder: string): Promise<{
  model: Model
  adapter: Adapter
  io: FixtureFile
  weightsIo: FixtureFile
}> {
  const path = fixturePath(`adapters/${folder}`)
  const config = JSON.parse(readFileSync(`${path}/adapter_config.json`, 'utf8'))
  const model = await loadModelFolder(fixturePath(`models/${config.base_model_name_or_path}`))
  const adapter = await loadAdapterFolder(path, model, Object.values(adapterMethods))
  const ioOf = (name: string): FixtureFile => new FixtureFile(`adapters/${name}/io.safetensors`)
  return { model, adapter, io: ioOf(folder), weightsIo: ioOf(folder.replace(exported, '')) }
}

const numbersOf = async (state: ReadonlyMap<string, Tensor>) =>
  new Map(await Promise.all([...state].map(async ([name, value]) => [name, await value.data()] as const)))

await onEveryBackendAndGpu(() => {
  describe.each(folders)('%s computes what PyTorch computes', (folder) => {
    it('logits and the loss, with the adapter and without', async () => {
      const { model, adapter, io, weightsIo } = await load(folder)
      const { logits, loss } = model.forward(io.inputs())
      expect(relmax(await logits.data(), io.data('logits'))).toBeLessThan(2e-5)
      expect(Math.abs((await loss!.item()) - io.data('loss')[0]!)).toBeLessThan(1e-5)
      adapter.enabled = false
      const alone = await model.forward(io.inputs()).logits.data()
      expect(relmax(alone, weightsIo.data('base_logits'))).toBeLessThan(2e-5)
    })

    it('logits from merged weights, which unmerging restores bit for bit', async () => {
      const { model, adapter, io, weightsIo } = await load(folder)
      const before = await numbersOf(model.stateDict())
      merge(adapter)
      const merged = await model.forward(io.inputs()).logits.data()
      expect(relmax(merged, weightsIo.data('merged_logits'))).toBeLessThan(2e-5)
      for (const { layer, site } of adapter.sites) {
        expect(await layer.weight.value.data(), site.path).not.toEqual(before.get(`${site.path}.weight`))
      }
      unmerge(adapter)
      expect(await numbersOf(model.stateDict())).toEqual(before)
    })

    it('a file that is loaded and saved with all that it had', async () => {
      const { adapter } = await load(folder)
      const path = fixturePath(`adapters/${folder}`)
      const saved = await saveAdapter(adapter)
      const fields = (text: string) => Object.entries(JSON.parse(text))
      expect(fields(saved['adapter_config.json'])).toEqual(
        fields(readFileSync(`${path}/adapter_config.json`, 'utf8')),
      )
      const original = readSafetensors(readFileSync(`${path}/adapter_model.safetensors`))
      const written = readSafetensors(saved['adapter_model.safetensors'])
      for (const key of original.entries.keys()) expect(written.get(key), key).toEqual(original.get(key))
      // What PEFT draws anew from a seed is saved, too.
      const redrawn = [...written.entries.keys()].filter((key) => !original.entries.has(key))
      expect(redrawn.filter((key) => !/\.(fourierft_indices|vera_[AB])$/.test(key))).toEqual([])
    })

    it('ΔW', async () => {
      const { adapter, weightsIo: io } = await load(folder)
      const recorded = io.namesAfter('delta.')
      expect(recorded).toHaveLength(2)
      for (const path of recorded) {
        const delta = adapter.sites.find(({ site }) => site.path === path)!.deltaWeight()
        expect(delta.shape).toEqual(io.shape(`delta.${path}`))
        expect(relmax(await delta.data(), io.data(`delta.${path}`)), path).toBeLessThan(2e-6)
      }
    })

    it('the indices that its seed draws, where it has some', async () => {
      const { adapter, io } = await load(folder)
      const recorded = io.namesAfter('indices.')
      const drawn = adapter.sites.flatMap(({ site, parameters }) => {
        const indices = parameters.byName.get('indices')
        return indices ? [[site.path, indices.value] as const] : []
      })
      expect(drawn.map(([path]) => path)).toEqual(recorded)
      for (const [path, indices] of drawn) {
        expect(indices.shape).toEqual(io.shape(`indices.${path}`))
        expect(await indices.data(), path).toEqual(io.data(`indices.${path}`))
      }
    })

    it('the gradient of every tensor in the file', async () => {
      const { model, adapter, io } = await load(folder)
      const { grads } = valueAndGrad(() => model.forward(io.inputs()).loss!, adapter)()
      const recorded = io.namesAfter('grads.')
      if (folder.endsWith(exported)) for (const [key] of adapter.headParameters) grads.delete(key)
      expect([...grads.keys()].sort()).toEqual(recorded.sort())
      for (const [key, gradient] of grads) {
        expect(gradient.shape, key).toEqual(io.shape(`grads.${key}`))
        expect(relmax(await gradient.data(), io.data(`grads.${key}`)), key).toBeLessThan(1e-4)
      }
    })
  })
})
