import { readFileSync } from 'node:fs'
import { fourierft, inject, vera } from '@gyre/adapters'
import type { Rng, TensorSpec } from '@gyre/tensor'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'

const recorded = new FixtureFile('vectors/torch_rng.safetensors')
const site = { path: 'query', target: 'query' }
const unseeded = (): Rng => {
  throw new Error('the seed is in the configuration')
}

/** Names of the form `kind.seed0.n10`, with the numbers in them. */
function cases(form: RegExp): [name: string, ...numbers: number[]][] {
  const matches = recorded.names.map((name) => form.exec(name)).filter((match) => match !== null)
  expect(matches.length).toBeGreaterThan(0)
  return matches.map(([name, ...numbers]) => [name, ...numbers.map(Number)])
}

describe('what PyTorch draws from a seed is drawn here, bit for bit:', () => {
  it.each(cases(/^randperm\.seed(\d+)\.n(\d+)$/))(
    '%s, as FourierFT places its entries',
    (name, seed, length) => {
      const order = recorded.data(name)
      // A matrix of one row: the places are their columns.
      const shape = { inFeatures: length!, outFeatures: 1 }
      const method = fourierft({ nFrequency: order.length, randomLocSeed: seed!, targets: [] })
      const { indices } = method.parameters({ ...site, ...shape })
      const drawn = indices!.initializer(indices as TensorSpec, unseeded)
      expect(drawn).toEqual(Int32Array.of(...order.map(() => 0), ...order))
    },
  )

  it.each(cases(/^vera_init\.seed(\d+)\.r(\d+)\.d(\d+)(?=\.A$)/))(
    '%s, as VeRA draws its bases',
    (name, seed, r, d) => {
      const method = vera({ r: r!, projectionPrngKey: seed!, targets: [] })
      const bases = method.sharedParameters([{ ...site, inFeatures: d!, outFeatures: d! }])
      for (const [basis, { shape, initializer }] of Object.entries(bases)) {
        const recordedName = `${name}.${basis.toUpperCase()}`
        expect(shape).toEqual(recorded.shape(recordedName))
        expect(initializer({ shape, dtype: 'float32' }, unseeded)).toEqual(recorded.data(recordedName))
      }
    },
  )

  it.each(['llama-tiny-vera', 'roberta-tiny-cls-vera'])(
    'the bases in the file of %s, that PEFT wrote',
    async (folder) => {
      const path = fixturePath(`adapters/${folder}`)
      const {
        base_model_name_or_path: base,
        r,
        projection_prng_key,
        target_modules,
      } = JSON.parse(readFileSync(`${path}/adapter_config.json`, 'utf8'))
      const model = await loadModelFolder(fixturePath(`models/${base}`))
      const method = vera({ r, projectionPrngKey: projection_prng_key, targets: target_modules })
      const file = new FixtureFile(`adapters/${folder}/adapter_model.safetensors`)
      const drawn = [...inject(model, method).sharedParameters.namedParameters()]
      expect(drawn.map(([key]) => key)).toEqual(['base_model.vera_A', 'base_model.vera_B'])
      for (const [key, { value }] of drawn) {
        expect(value.shape).toEqual(file.shape(key))
        expect(value.dataSync(), key).toEqual(file.data(key))
      }
    },
  )
})
