import { readFileSync } from 'node:fs'
import { fourierft, loadAdapter } from '@gyre/adapters'
import { valueAndGrad } from '@gyre/autograd'
import { randn, type Tensor, tensor } from '@gyre/tensor'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { onEveryBackend } from './on-every-backend.js'
import { relmax } from './relmax.js'

onEveryBackend(() => {
  describe.each(['llama-tiny-fourierft', 'roberta-tiny-cls-fourierft'])('%s without ΔW', (folder) => {
    it.each(['sparse', 'spectral'])(
      'has the logits and the gradients that PyTorch has, in the form %s',
      async (form) => {
        const read = (name: string) => readFileSync(fixturePath(`adapters/${folder}/${name}`))
        const config = JSON.parse(read('adapter_config.json').toString())
        const model = await loadModelFolder(fixturePath(`models/${config.base_model_name_or_path}`))
        const files = {
          'adapter_config.json': JSON.stringify({ ...config, form }),
          'adapter_model.safetensors': read('adapter_model.safetensors'),
        }
        const adapter = loadAdapter(model, files, [fourierft])
        expect(adapter.method.label).toContain(`form=${form}`)
        const io = new FixtureFile(`adapters/${folder}/io.safetensors`)
        expect(relmax(model.forward(io.inputs()).logits.dataSync(), io.data('logits'))).toBeLessThan(2e-5)
        const { grads } = valueAndGrad(() => model.forward(io.inputs()).loss!, adapter)()
        for (const [key, gradient] of grads) {
          expect(relmax(gradient.dataSync(), io.data(`grads.${key}`)), key).toBeLessThan(1e-4)
        }
      },
    )
  })

  // Sides that are odd, 1, and so long that products of positions leave float32's and int32's whole numbers.
  describe.each([
    { outFeatures: 5, inFeatures: 7, forms: ['transform', 'sparse', 'spectral'] },
    { outFeatures: 1, inFeatures: 4, forms: ['transform', 'sparse', 'spectral'] },
    { outFeatures: 129, inFeatures: 344, forms: ['transform', 'sparse', 'spectral'] },
    { outFeatures: 4096, inFeatures: 11008, forms: ['sparse', 'spectral'] },
    { outFeatures: 50257, inFeatures: 64, forms: ['sparse', 'spectral'] },
  ] as const)('a layer [$outFeatures, $inFeatures]', ({ outFeatures, inFeatures, forms }) => {
    const site = { path: 'layer', target: 'layer', inFeatures, outFeatures }
    const n = Math.min(outFeatures * inFeatures, 12)
    const frequencies = Array.from({ length: n }, (_, t) => {
      const entry = Math.floor(((t + 1) / n) * outFeatures * inFeatures) - 1
      return [Math.floor(entry / inFeatures), entry % inFeatures] as const
    })
    const spectrum = randn([n], { seed: 1 }) as Tensor
    const indices = tensor(
      Int32Array.from([...frequencies.map(([u]) => u), ...frequencies.map(([, v]) => v)]),
      {
        shape: [2, n],
      },
    ) as Tensor
    const x = randn([1, inFeatures], { seed: 2 }) as Tensor

    /** The sum of the definition, in float64. */
    function expected(): Float64Array {
      const [coefficients, inputs] = [spectrum.dataSync(), x.dataSync()]
      const y = new Float64Array(outFeatures)
      for (const [t, [u, v]] of frequencies.entries()) {
        let [re, im] = [0, 0]
        for (let s = 0; s < inFeatures; s++) {
          const angle = (2 * Math.PI * ((v * s) % inFeatures)) / inFeatures
          re += Math.cos(angle) * Number(inputs[s])
          im += Math.sin(angle) * Number(inputs[s])
        }
        for (let r = 0; r < outFeatures; r++) {
          const angle = (2 * Math.PI * ((u * r) % outFeatures)) / outFeatures
          y[r]! += Number(coefficients[t]) * (Math.cos(angle) * re - Math.sin(angle) * im)
        }
      }
      return y.map((value) => (150 * value) / (outFeatures * inFeatures))
    }

    it.each(forms)('has ΔW x as it is defined, in the form %s', (form) => {
      const method = fourierft({ nFrequency: n, form, targets: [] })
      const y = method.delta(site, { spectrum, indices }, x)
      expect(y.shape).toEqual([1, outFeatures])
      expect(relmax(y.dataSync(), expected())).toBeLessThan(2e-6)
    })
  })
})
