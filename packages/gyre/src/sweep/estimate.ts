import { median, type ResultRecord } from '@gyre/report'
import { Rng, sizeOf, tensor, zeros } from '@gyre/tensor'
import { applyMethod, gradientSteps, type MicroBatch, runTraining, Trainer } from '@gyre/train'
import { createModel } from '@gyre/transformers'
import { processorSeconds } from '../processor-time.js'
import type { Setting } from './cell.js'
import { planMethod } from './cell-costs.js'
import { type Group, withHead } from './plan.js'

/** Seconds of a processor that a cell takes, and what says so. Others who use the machine do not count. */
export interface Estimate {
  readonly seconds: number
  readonly source: 'finished cells' | 'probe'
}

/** What a process takes to start, and to read its data and its model: about. */
const startSeconds = 4

const probeSteps = 5

/**
 * Estimates cells: by finished ones of the same row, task and model where there are some, scaled by the traced FLOPs;
 * otherwise by the traced FLOPs and the speed of a few steps, measured here, of the row's method.
 */
export class Estimator {
  readonly #finished = new Map<string, number[]>()
  readonly #probed = new Map<string, Promise<number>>()

  constructor(groups: readonly Group[], records: ReadonlyMap<string, ResultRecord>) {
    const byKind = new Map(
      groups.map((group) => [`${labelOf(group.setting)} ${group.setting.method}`, group]),
    )
    for (const { settings, metrics } of records.values()) {
      const group = byKind.get(`${settings.model} ${settings.task} ${settings.row} ${settings.method}`)
      if (!group || metrics.diverged) continue
      const label = labelOf(group.setting)
      const pace = metrics.processorSeconds! / flopsOf(group, settings.tuning === true)
      this.#finished.set(label, [...(this.#finished.get(label) ?? []), pace])
    }
  }

  /** Of one run of a group. */
  async estimate(group: Group, tuning: boolean): Promise<Estimate> {
    const flops = flopsOf(group, tuning)
    const paces = this.#finished.get(labelOf(group.setting))
    if (paces) return { seconds: median(paces) * flops, source: 'finished cells' }
    const label = labelOf(group.setting)
    const probing = this.#probed.get(label) ?? secondsPerFlop(group)
    this.#probed.set(label, probing)
    return { seconds: startSeconds + (await probing) * flops, source: 'probe' }
  }
}

function labelOf({ model, task, row }: Setting): string {
  return `${model.name} ${task.name} ${row}`
}

/** FLOPs of a run: choosing its block sizes, if it does, its training, and measuring what is held out. */
function flopsOf({ setting, outline }: Group, tuning: boolean): number {
  const { task, costs, automatic } = setting
  const { batchSize, sequenceLength } = task.training
  const steps = task.training.steps + (automatic ? gradientSteps : 0)
  const items = Math.min(
    tuning ? outline.sizes.train / 10 : outline.sizes.heldOut,
    task.heldOutLimit ?? Infinity,
  )
  // A token of a text is about four characters long, until a limit counts tokens.
  const isText = outline.kind === 'language-model'
  const perItem = isText ? (task.heldOutLimit === undefined ? 1 / 4 : 1) : sequenceLength
  return (
    steps * batchSize * sequenceLength * costs.flopsPerToken + items * perItem * costs.forwardFlopsPerToken
  )
}

/** Runs a few steps of a setting's method on a model with random numbers, after one that compiles. */
async function secondsPerFlop({ setting, outline }: Group): Promise<number> {
  const { model, task, method, costs } = setting
  const { batchSize, sequenceLength } = task.training
  const { config, modelTask } = withHead(model.config, outline)
  const probed = createModel(config, { seed: 0, task: modelTask })
  const planned = planMethod(method, { config, modelTask, targets: model.targets })
  const trainable = applyMethod(probed, planned.method, { seed: 0 })
  const ids = tensor(new Rng(0).integers(batchSize * sequenceLength, config.vocabSize), {
    shape: [batchSize, sequenceLength],
    dtype: 'int32',
  })
  const labels = probed.hasTaskHead
    ? zeros([batchSize], { dtype: probed.isRegression ? 'float32' : 'int32' })
    : ids
  const micro: MicroBatch = { inputs: { inputIds: ids, labels }, labelCount: sizeOf(labels.shape) }
  const trainer = new Trainer(probed, trainable, () => [micro], {
    totalSteps: probeSteps,
    learningRate: 1e-6,
    schedule: () => 1,
    maxGradNorm: 1,
    seed: 0,
  })
  const times: number[] = []
  let began = processorSeconds()
  await runTraining(trainer, {
    onStep: () => {
      times.push(processorSeconds() - began)
      began = processorSeconds()
    },
  })
  const seconds = median(times.slice(1))
  return seconds / (batchSize * sequenceLength * costs.flopsPerToken)
}
