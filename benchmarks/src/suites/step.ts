import { matmulFlops } from '../matmul-flops.js'
import {
  type AdapterMethod,
  adapterParametersOf,
  dec512,
  enc256,
  type ModelSpec,
  parametersOf,
  trainedHead,
} from '../models.js'
import type { Suite } from '../suite.js'
import type { Case, StepTask } from '../task.js'

/** Whole steps as a training takes them: forward, backward, AdamW, and the loss read. */
export const stepSuite: Suite = {
  name: 'step',
  description: 'training steps of enc256 (16 × 64 tokens) and dec512 (4 × 128 tokens)',
  hasFloor: true,
  cases({ quick }) {
    if (quick) return [stepCase(enc256, 'full'), stepCase(enc256, { adapter: 'bca', p: 256 })]
    return [...casesOf(enc256, [256, 64]), ...casesOf(dec512, [512, 128])]
  },
}

function casesOf(model: ModelSpec, blockSizes: readonly number[]): Case[] {
  const methods: StepTask['method'][] = ['forward', 'full', { adapter: 'lora', r: 8 }]
  for (const p of blockSizes) methods.push({ adapter: 'bca', p })
  return methods.map((method) => stepCase(model, method))
}

export function stepCase(model: ModelSpec, method: StepTask['method']): Case {
  const task = stepTask(model, method)
  return {
    name: `${model.name}/${labelOf(method)}`,
    task,
    matmulFlops: matmulFlops(task),
    tolerance: 1e-4,
  }
}

function stepTask(model: ModelSpec, method: StepTask['method']): StepTask {
  const parameters = parametersOf(model)
  const isHead = (name: string) => trainedHead(model).some((head) => name.startsWith(`${head}.`))
  const trained = parameters.filter(({ name }) => method === 'full' || (method !== 'forward' && isHead(name)))
  return {
    kind: 'step',
    model,
    method,
    parameters,
    adapterParameters: typeof method === 'string' ? [] : adapterParametersOf(model, method),
    trained: trained.map(({ name }) => name),
    learningRate: 1e-3,
  }
}

function labelOf(method: 'forward' | 'full' | AdapterMethod): string {
  if (typeof method === 'string') return method
  return method.adapter === 'lora' ? `lora:r=${method.r}` : `bca:p=${method.p}`
}
