import { constantSchedule, linearSchedule } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { createModel, type RobertaConfig } from '@gyre/transformers'
import { describe, expect, it } from 'vitest'
import { applyMethod } from './apply-method.js'
import { type BatchSource, type MicroBatch, Trainer, type TrainerOptions } from './trainer.js'

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
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  padTokenId: 1,
  initializerRange: 0.3,
  numLabels: 3,
}

/** Sequences `from` to below `to` of one fixed batch. */
function part(from: number, to: number): MicroBatch {
  const count = to - from
  const ids = Int32Array.from({ length: count * 4 }, (_, i) => 2 + ((5 * (i + from * 4)) % 9))
  const labels = Int32Array.from({ length: count }, (_, i) => (i + from) % 3)
  return {
    inputs: {
      inputIds: tensor(ids, { shape: [count, 4] }) as Tensor,
      labels: tensor(labels) as Tensor,
    },
    labelCount: count,
  }
}

function trainerOf(
  batches: BatchSource,
  options: Partial<TrainerOptions> & { readonly dropout?: number } = {},
) {
  const { dropout = 0, ...settings } = options
  const model = createModel({ ...config, hiddenDropoutProb: dropout }, { seed: 1 })
  const trainable = applyMethod(model, { kind: 'full', label: 'full' }, { seed: 1 })
  const trainer = new Trainer(model, trainable, batches, {
    totalSteps: 3,
    learningRate: 0.01,
    schedule: constantSchedule(),
    seed: 1,
    ...settings,
  })
  return { model, trainer }
}

async function lossesOf(trainer: Trainer): Promise<number[]> {
  const losses: number[] = []
  while (!trainer.done) losses.push((await trainer.runStep()).loss)
  return losses
}

describe('Trainer', () => {
  it('takes the same steps on a batch in unequal parts as on the whole', async () => {
    const whole = await lossesOf(trainerOf(() => [part(0, 5)]).trainer)
    const inParts = await lossesOf(trainerOf(() => [part(0, 1), part(1, 3), part(3, 5)]).trainer)
    expect(whole).toHaveLength(3)
    for (const [i, loss] of inParts.entries()) expect(loss).toBeCloseTo(whole[i]!, 5)
    expect(whole[2]!).toBeLessThan(whole[0]!)
  })

  it('asks for the batch of each step, and reports the schedule’s rate', async () => {
    const asked: number[] = []
    const { trainer } = trainerOf(
      (step) => {
        asked.push(step)
        return [part(0, 2)]
      },
      { schedule: linearSchedule({ warmupSteps: 1, totalSteps: 3 }) },
    )
    const rates: number[] = []
    while (!trainer.done) rates.push((await trainer.runStep()).learningRate)
    expect(asked).toEqual([0, 1, 2])
    expect(rates).toEqual([0, 0.01, 0.005])
    expect(trainer.step).toBe(3)
  })

  it('clips when it is told to, and reports the norm that the gradients had', async () => {
    const source: BatchSource = () => [part(0, 5)]
    const free = await trainerOf(source).trainer.runStep()
    expect(free.gradNorm).toBeUndefined()
    const { gradNorm } = await trainerOf(source, { maxGradNorm: 1e9 }).trainer.runStep()
    expect(gradNorm).toBeGreaterThan(0)
    const clipped = await trainerOf(source, { maxGradNorm: gradNorm! / 100 }).trainer.runStep()
    expect(clipped.gradNorm).toBe(gradNorm)
  })

  it('drops by its seed and the step, and leaves the model ready to evaluate', async () => {
    const source: BatchSource = () => [part(0, 5)]
    const run = (seed: number) =>
      lossesOf(trainerOf(source, { dropout: 0.5, seed, learningRate: 1e-9 }).trainer)
    const losses = await run(1)
    expect(new Set(losses).size).toBe(3)
    expect(await run(1)).toEqual(losses)
    expect(await run(2)).not.toEqual(losses)
    const { model, trainer } = trainerOf(source, { dropout: 0.5 })
    await trainer.runStep()
    expect(model.training).toBe(false)
  })

  it('goes on from a step as if it had taken the steps before', async () => {
    const source: BatchSource = (step) => [part(step, step + 3)]
    const straight = trainerOf(source, { dropout: 0.2 })
    await straight.trainer.runStep()
    const resumed = trainerOf(source, { dropout: 0.2 })
    resumed.model.loadStateDict(straight.model.stateDict())
    resumed.trainer.optimizer.loadStateDict(straight.trainer.optimizer.stateDict())
    resumed.trainer.resumeAt(straight.trainer.step, straight.trainer.lastLoss)
    expect(resumed.trainer.lastLoss).toBe(straight.trainer.lastLoss)
    expect(await lossesOf(resumed.trainer)).toEqual(await lossesOf(straight.trainer))
  })

  it('says which step has no labels, and which one has a loss that is no number', async () => {
    const empty = trainerOf(() => [{ ...part(0, 1), labelCount: 0 }]).trainer
    await expect(empty.runStep()).rejects.toThrow('step 1: the batch has no labels')
    const { model, trainer } = trainerOf(() => [part(0, 2)])
    const [, weight] = [...model.namedParameters()][0]!
    weight.assign(tensor(new Float32Array(11 * 8).fill(Number.NaN), { shape: [11, 8] }))
    await expect(trainer.runStep()).rejects.toThrow(
      'step 1: the loss is NaN; a lower learning rate than 0.01 may help',
    )
  })
})
