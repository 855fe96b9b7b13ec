import { compile } from '@gyre/graph'
import { constantSchedule } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { applyMethod, type MicroBatch, parseMethod, Trainer, type TrainingMethod } from '@gyre/train'
import type { ModelInputs } from '@gyre/transformers'
import { batchClasses, batchCount, batchIds } from '../batches.js'
import { adapterTargets, type ModelSpec, trainedHead } from '../models.js'
import { firstLosses, type Work } from '../system.js'
import type { StepTask } from '../task.js'
import { initial, modelWith } from './gyre-model.js'

export function prepareStep(task: StepTask): Work {
  const { model: spec, method, parameters, adapterParameters, learningRate } = task
  const model = modelWith(spec, parameters)
  const batches = Array.from({ length: batchCount }, (_, index) => batchOf(spec, index))
  if (method === 'forward') {
    const lossOf = compile((inputs: ModelInputs) => model.forward(inputs).loss!, model)
    let steps = 0
    const forward = async () => {
      return await lossOf(batches[steps++ % batchCount]!.inputs).item()
    }
    return { run: async () => void (await forward()), check: () => firstLosses(forward) }
  }
  const trainable = applyMethod(model, methodOf(task), { seed: 0 })
  for (const [name, parameter] of trainable.adapter?.namedParameters() ?? []) {
    // Adapter files call the model `base_model.model`.
    const known = adapterParameters.find((candidate) => name.endsWith(candidate.name))
    if (known) parameter.assign(initial(known))
  }
  const trainer = new Trainer(model, trainable, (step) => [batches[step % batchCount]!], {
    totalSteps: Number.POSITIVE_INFINITY,
    learningRate,
    schedule: constantSchedule(),
    seed: 0,
  })
  const step = async () => (await trainer.runStep()).loss
  return { run: async () => void (await step()), check: () => firstLosses(step) }
}

export function methodOf({ model, method }: Pick<StepTask, 'model' | 'method'>): TrainingMethod {
  const targets = { targets: adapterTargets(model), modulesToSave: trainedHead(model) }
  if (typeof method === 'string') return parseMethod('full', targets)
  // Peers scale nothing: neither LoRA's update nor BCA's learning rate.
  return method.adapter === 'lora'
    ? parseMethod(`lora:r=${method.r}:alpha=${method.r}`, targets)
    : parseMethod(`bca:p=${method.p}:scale=false`, targets)
}

export function batchOf(spec: ModelSpec, index: number): MicroBatch {
  const { batch, length } = spec
  const inputIds: Tensor = tensor(batchIds(spec, index), { shape: [batch, length] })
  if (spec.architecture === 'decoder') {
    return { inputs: { inputIds, labels: inputIds }, labelCount: batch * (length - 1) }
  }
  const labels: Tensor = tensor(batchClasses(spec, index), { shape: [batch] })
  return { inputs: { inputIds, labels }, labelCount: batch }
}
