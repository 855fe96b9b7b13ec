import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linearSchedule } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { createModel, type RobertaConfig } from '@gyre/transformers'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { applyMethod } from './apply-method.js'
import { parseMethod } from './method-grammar.js'
import { runTraining } from './run.js'
import { hasRunCheckpoint, loadRunCheckpoint, saveRunCheckpoint } from './run-checkpoint.js'
import type { RunIdentity } from './run-state.js'
import { Trainer } from './trainer.js'

const config: RobertaConfig = {
  modelType: 'roberta',
  vocabSize: 11,
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 10,
  typeVocabSize: 1,
  layerNormEps: 1e-5,
  hiddenDropoutProb: 0.2,
  attentionProbsDropoutProb: 0.2,
  padTokenId: 1,
  initializerRange: 0.3,
  numLabels: 3,
}
const totalSteps = 5

/** A run whose every step has a batch, a rate and dropout masks of its own. */
function freshRun(method = 'bca:p=4') {
  const model = createModel(config, { seed: 1 })
  const parsed = parseMethod(method, { targets: ['all-linear'], modulesToSave: ['classifier'] })
  const trainable = applyMethod(model, parsed, { seed: 1 })
  const batchAt = (step: number) => {
    const ids = Int32Array.from({ length: 12 }, (_, i) => 2 + ((5 * i + 3 * step) % 9))
    const labels = Int32Array.from({ length: 3 }, (_, i) => (i + step) % 3)
    const inputs = { inputIds: tensor(ids, { shape: [3, 4] }) as Tensor, labels: tensor(labels) as Tensor }
    return [{ inputs, labelCount: 3 }]
  }
  const trainer = new Trainer(model, trainable, batchAt, {
    totalSteps,
    learningRate: 0.05,
    schedule: linearSchedule({ warmupSteps: 1, totalSteps }),
    weightDecay: 0.01,
    maxGradNorm: 1,
    seed: 7,
  })
  const numbers = () =>
    Object.fromEntries(
      [...trainable.namedParameters()].map(([name, parameter]) => [name, [...parameter.value.dataSync()]]),
    )
  return { trainable, trainer, numbers }
}

const identity: RunIdentity = { settings: { seed: 7, method: 'bca:p=4', data: undefined }, backend: 'js' }
const folder = mkdtempSync(join(tmpdir(), 'gyre-checkpoint-'))
const path = join(folder, 'checkpoint.safetensors')
afterAll(() => rmSync(folder, { recursive: true }))

describe('a run', () => {
  it.each(['bca:p=4', 'lora:r=2', 'vera:r=4', 'fourierft:n=9', 'full'])(
    'of %s that goes on from its file ends with the same bits',
    async (method) => {
      const straight = freshRun(method)
      await runTraining(straight.trainer)

      const first = freshRun(method)
      const save = () => saveRunCheckpoint(path, first.trainer, first.trainable, identity)
      const end = await runTraining(first.trainer, {
        saveCheckpoint: save,
        shouldStop: () => first.trainer.step === 2,
      })
      expect([end, first.trainer.step]).toEqual(['stopped', 2])

      const second = freshRun(method)
      expect(await loadRunCheckpoint(path, second.trainer, second.trainable, identity.settings)).toEqual({
        step: 2,
        backend: 'js',
      })
      expect(second.numbers()).toEqual(first.numbers())
      expect(second.trainer.lastLoss).toBe(first.trainer.lastLoss)
      expect(await runTraining(second.trainer)).toBe('finished')
      expect(second.numbers()).toEqual(straight.numbers())
      expect(second.trainer.lastLoss).toBe(straight.trainer.lastLoss)
    },
  )

  it('has nothing left to do after its last step', async () => {
    const done = freshRun()
    await runTraining(done.trainer)
    await saveRunCheckpoint(path, done.trainer, done.trainable, identity)
    const resumed = freshRun()
    await loadRunCheckpoint(path, resumed.trainer, resumed.trainable, identity.settings)
    expect(await runTraining(resumed.trainer, { onStep: () => expect.unreachable() })).toBe('finished')
    expect(resumed.trainer.lastLoss).toBe(done.trainer.lastLoss)
  })
})

describe('a checkpoint', () => {
  beforeEach(async () => {
    const { trainer, trainable } = freshRun()
    await trainer.runStep()
    await saveRunCheckpoint(path, trainer, trainable, identity)
  })

  const load = (settings: RunIdentity['settings'], method?: string) => {
    const { trainer, trainable } = freshRun(method)
    return loadRunCheckpoint(path, trainer, trainable, settings)
  }

  it('is one file, and is found', async () => {
    expect(readdirSync(folder)).toEqual(['checkpoint.safetensors'])
    expect(await hasRunCheckpoint(path)).toBe(true)
    expect(await hasRunCheckpoint(join(folder, 'other'))).toBe(false)
    expect(await hasRunCheckpoint(folder)).toBe(false)
  })

  it.each([
    [{ seed: 8, method: 'bca:p=4' }, 'the run had seed = 7, this one has 8; it cannot be resumed'],
    [{ seed: 7 }, 'the run had method = "bca:p=4", this one has nothing; it cannot be resumed'],
    [
      { seed: 7, method: 'bca:p=4', data: 'x.txt' },
      'the run had data = nothing, this one has "x.txt"; it cannot be resumed',
    ],
  ])('is refused under the settings %j', async (settings, sentence) => {
    await expect(load(settings)).rejects.toThrow(`${path}: ${sentence}`)
  })

  it('says what computed it: another backend has other last bits', async () => {
    expect(await load(identity.settings)).toEqual({ step: 1, backend: 'js' })
  })

  it('is refused for parameters that it does not hold, or holds in another shape', async () => {
    await expect(load(identity.settings, 'lora:r=2')).rejects.toThrow(/there is no such tensor/)
    await expect(load(identity.settings, 'bca:p=2')).rejects.toThrow(
      /has shape \[2, 2, 4\], expected \[4, 4, 2\]/,
    )
  })

  it('is refused when it is another file', async () => {
    writeFileSync(path, 'no checkpoint')
    await expect(load(identity.settings)).rejects.toThrow(/checkpoint\.safetensors: .*not safetensors/)
  })
})
