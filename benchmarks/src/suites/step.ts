import { constantSchedule } from '@gyre/nn'
import { reportModel } from '@gyre/report'
import { Rng, type Tensor, tensor } from '@gyre/tensor'
import { applyMethod, parseMethod, Trainer } from '@gyre/train'
import { createModel } from '@gyre/transformers'
// The command line exports nothing; its settings are what is measured here.
import { comparisonSettings } from '../../../packages/gyre/src/compare/settings.js'
import { type Contestant, measure } from '../measure.js'
import type { Suite } from '../suite.js'

const { config, adaptation, methods: rows } = comparisonSettings('moby-dick', { quick: false, seed: 0 })
const { batchSize, sequenceLength } = adaptation

/** Whole training steps: forward, backward and AdamW. */
export const stepSuite: Suite = {
  name: 'step',
  description: `a training step of gyre compare's LLaMA on ${batchSize} × ${sequenceLength} tokens`,
  async run(quick) {
    // Full fine-tuning first: it is what the others are compared with.
    const methods = rows
      .map(({ method, targets }) => parseMethod(method, { targets }))
      .sort((a, b) => Number(b.kind === 'full') - Number(a.kind === 'full'))
    const report = reportModel({ name: 'llama', config, methods, batchSize, sequenceLength })
    const ids = new Rng(1).integers(batchSize * sequenceLength, config.vocabSize)
    const inputIds: Tensor = tensor(ids, { shape: [batchSize, sequenceLength] })
    const batch = [{ inputs: { inputIds, labels: inputIds }, labelCount: batchSize * (sequenceLength - 1) }]
    const contestants = methods.map((method, index): Contestant => {
      const model = createModel(config, { seed: 0 })
      const trainer = new Trainer(model, applyMethod(model, method, { seed: 0 }), () => batch, {
        totalSteps: Number.POSITIVE_INFINITY,
        learningRate: 1e-3,
        schedule: constantSchedule(),
        seed: 0,
      })
      const run = async () => {
        await trainer.runStep()
      }
      const flops = report.methods[index]!.trainingStep.flopsPerToken * batchSize * sequenceLength
      return { name: method.label, flops, run }
    })
    return measure('step', contestants, { rounds: quick ? 5 : 15, roundMilliseconds: 0 })
  },
}
