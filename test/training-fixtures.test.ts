import { readFileSync } from 'node:fs'
import { lora } from '@gyre/adapters'
import { bca } from '@gyre/circulant'
import { constantSchedule } from '@gyre/nn'
import { applyMethod, type Trainable, Trainer, type TrainingMethod } from '@gyre/train'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { onEveryBackendAndGpu } from './on-every-backend.js'

/** A run's settings, in PyTorch's words. */
interface Run {
  readonly method: 'bca' | 'lora' | 'full'
  readonly model: string
  readonly target_modules: readonly string[]
  readonly steps: number
  readonly lr: number
  readonly weight_decay: number
  readonly n_batches: number
  readonly block_size: number
  readonly r: number
  readonly lora_alpha: number
}

function methodOf(run: Run): TrainingMethod {
  if (run.method === 'full') return { kind: 'full', label: 'full' }
  const targets = { targets: run.target_modules, modulesToSave: ['classifier'] }
  const method =
    run.method === 'bca'
      ? bca({ blockSize: run.block_size, scaleLearningRate: false, ...targets })
      : lora({ r: run.r, alpha: run.lora_alpha, ...targets })
  return { kind: 'adapter', label: method.label, method }
}

/** The largest distance of a trained number from PyTorch's. */
async function distance(
  trainable: Trainable,
  expected: FixtureFile,
): Promise<{ name: string; distance: number }> {
  let worst = { name: '', distance: 0 }
  for (const [name, parameter] of trainable.namedParameters()) {
    // The true gradient is zero: AdamW makes steps of its rounding noise.
    if (name.endsWith('.key.bias')) continue
    const values = await parameter.value.data()
    for (const [i, value] of expected.data(name).entries()) {
      const distance = Math.abs(values[i]! - value)
      if (!(distance <= worst.distance)) worst = { name, distance }
    }
  }
  return worst
}

await onEveryBackendAndGpu(() => {
  describe.each(['bca', 'lora', 'full'])('training with %s', (folder) => {
    it('takes the steps that PyTorch takes', async () => {
      const at = (file: string) => `training/${folder}/${file}`
      const run: Run = JSON.parse(readFileSync(fixturePath(at('config.json')), 'utf8'))
      const model = await loadModelFolder(fixturePath(`models/${run.model}`))
      const trainable = applyMethod(model, methodOf(run), { seed: 0 })
      const final = new FixtureFile(at('final.safetensors'))
      const names = [...trainable.namedParameters()].map(([name]) => name)
      expect(names.sort()).toEqual([...final.names].sort())
      if (run.method !== 'full') {
        const init = new FixtureFile(at('init.safetensors'))
        for (const [name, parameter] of trainable.namedParameters()) parameter.assign(init.tensor(name))
      }

      const trace = new FixtureFile(at('trace.safetensors'))
      const trainer = new Trainer(
        model,
        trainable,
        (step) => {
          const inputs = trace.inputs(step % run.n_batches)
          return [{ inputs, labelCount: inputs.labels!.size }]
        },
        {
          totalSteps: run.steps,
          learningRate: run.lr,
          schedule: constantSchedule(),
          weightDecay: run.weight_decay,
          seed: 0,
        },
      )
      while (!trainer.done) {
        const { step, loss, learningRate } = await trainer.runStep()
        expect(learningRate).toBe(run.lr)
        for (const recorded of ['loss', 'loss_f64']) {
          expect(
            Math.abs(loss - trace.data(recorded)[step - 1]!),
            `${recorded} at step ${step}`,
          ).toBeLessThan(1e-4)
        }
        if (step === 1 && run.method !== 'full') {
          expect((await distance(trainable, new FixtureFile(at('step1.safetensors')))).distance).toBeLessThan(
            1e-4,
          )
        }
      }
      expect(trainer.step).toBe(run.steps)
      const { name, distance: farthest } = await distance(trainable, final)
      expect(farthest, name).toBeLessThan(1e-4)
    })
  })
})
