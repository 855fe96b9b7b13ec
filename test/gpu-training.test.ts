import { bca } from '@gyre/circulant'
import { linearSchedule } from '@gyre/nn'
import { type Backend, jsBackend, setBackend, tensor } from '@gyre/tensor'
import { applyMethod, Trainer } from '@gyre/train'
import { createModel, type ModelConfig, type ModelInputs } from '@gyre/transformers'
import { wasm } from '@gyre/wasm'
import { afterAll, describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'

const { backend } = await findGpu()
const [batchSize, length, vocabSize, steps] = [4, 12, 64, 20]

const shared = {
  vocabSize,
  hiddenSize: 32,
  intermediateSize: 48,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  maxPositionEmbeddings: length + 2,
  initializerRange: 0.2,
}
const configs: { readonly [name: string]: ModelConfig } = {
  'a RoBERTa classifier with dropout': {
    modelType: 'roberta',
    ...shared,
    typeVocabSize: 1,
    layerNormEps: 1e-5,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    padTokenId: 1,
    numLabels: 2,
  },
  'a LLaMA': {
    modelType: 'llama',
    ...shared,
    numKeyValueHeads: 1,
    rmsNormEps: 1e-6,
    ropeTheta: 1e4,
    tieWordEmbeddings: false,
  },
}

function inputsOf(step: number, config: ModelConfig): ModelInputs {
  const ids = Int32Array.from(
    { length: batchSize * length },
    (_, i) => 2 + ((i * i + 7 * step) % (vocabSize - 2)),
  )
  const inputIds = tensor(ids, { shape: [batchSize, length], dtype: 'int32' })
  const labels =
    config.modelType === 'roberta'
      ? tensor(
          Int32Array.from({ length: batchSize }, (_, i) => (i + step) % 2),
          { dtype: 'int32' },
        )
      : inputIds
  return { inputIds, labels }
}

/** The losses of a fine-tuning with a block-circulant adapter, and what each step but the first asked of the GPU. */
async function finetune(config: ModelConfig, on: Backend) {
  setBackend(on)
  const model = createModel(config, { seed: 1 })
  const targets = config.modelType === 'roberta' ? ['query', 'value'] : ['q_proj', 'o_proj']
  const method = bca({ blockSize: 16, targets })
  const trainable = applyMethod(model, { kind: 'adapter', label: method.label, method }, { seed: 1 })
  const labelCount = batchSize * (config.modelType === 'roberta' ? 1 : length - 1)
  const trainer = new Trainer(model, trainable, (step) => [{ inputs: inputsOf(step, config), labelCount }], {
    totalSteps: steps,
    learningRate: 0.1,
    schedule: linearSchedule({ warmupSteps: 2, totalSteps: steps }),
    maxGradNorm: 1,
    seed: 1,
  })
  const losses: number[] = []
  const asked: number[][] = []
  while (!trainer.done) {
    const before = backend!.status
    losses.push((await trainer.runStep()).loss)
    const after = backend!.status
    asked.push([after.submissions - before.submissions, after.waits - before.waits])
  }
  return { losses, asked }
}

describe.skipIf(backend === undefined)('fine-tuning on the GPU', () => {
  afterAll(() => setBackend(jsBackend))

  it.each(Object.entries(configs))(
    '%s has the losses that it has on wasm, with one submission and one wait a step',
    async (_name, config) => {
      const expected = await finetune(config, await wasm({ threads: 1 }))
      const { losses, asked } = await finetune(config, backend!)
      for (const [step, loss] of losses.entries()) {
        expect(Math.abs(loss / expected.losses[step]! - 1), `step ${step}`).toBeLessThan(1e-3)
      }
      expect(losses.at(-1)).not.toBeCloseTo(losses[0]!, 2)
      expect(asked).toEqual(Array.from({ length: steps }, () => [1, 1]))
    },
  )
})
