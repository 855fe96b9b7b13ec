import { constantSchedule } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { createModel } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { applyMethod } from './apply-method.js'
import { runTraining } from './run.js'
import { Trainer } from './trainer.js'

function trainerOf(totalSteps: number): Trainer {
  const model = createModel(
    {
      modelType: 'llama',
      vocabSize: 5,
      hiddenSize: 8,
      intermediateSize: 8,
      numHiddenLayers: 1,
      numAttentionHeads: 1,
      numKeyValueHeads: 1,
      maxPositionEmbeddings: 8,
      rmsNormEps: 1e-6,
      ropeTheta: 10000,
      tieWordEmbeddings: false,
      initializerRange: 0.2,
    },
    { seed: 1 },
  )
  const inputIds: Tensor = tensor(Int32Array.of(0, 1, 2, 3), { shape: [1, 4] })
  return new Trainer(
    model,
    applyMethod(model, { kind: 'full', label: 'full' }, { seed: 1 }),
    () => [{ inputs: { inputIds, labels: inputIds }, labelCount: 3 }],
    { totalSteps, learningRate: 0.01, schedule: constantSchedule(), seed: 1 },
  )
}

describe('runTraining', () => {
  it('takes every step, also when nobody listens', async () => {
    const trainer = trainerOf(3)
    expect(await runTraining(trainer)).toBe('finished')
    expect(trainer.step).toBe(3)
  })

  it('tells of every step, and saves every so many', async () => {
    const steps: number[] = []
    const saved: number[] = []
    const trainer = trainerOf(5)
    const saveCheckpoint = async () => void saved.push(trainer.step)
    await runTraining(trainer, { onStep: ({ step }) => steps.push(step), saveCheckpoint, checkpointEvery: 2 })
    expect(steps).toEqual([1, 2, 3, 4, 5])
    expect(saved).toEqual([2, 4])
  })

  it('saves and ends when it is told to stop', async () => {
    const saved: number[] = []
    const trainer = trainerOf(5)
    const saveCheckpoint = async () => void saved.push(trainer.step)
    const end = await runTraining(trainer, { saveCheckpoint, shouldStop: () => trainer.step === 3 })
    expect([end, trainer.step, saved]).toEqual(['stopped', 3, [3]])
  })
})
