import type { Model } from '@gyre/transformers'
import { bitsPerCharacter, classify, evaluateLanguageModel, measure } from '../evaluate.js'
import type { Task } from './task.js'

/** What a model reaches on a task's held-out part, by the names of the measures. */
export async function measureTask(
  model: Model,
  task: Task,
  onBatch?: (done: number) => void,
): Promise<{ [metric: string]: number }> {
  if (task.kind === 'classification' || task.kind === 'regression') {
    return measure(await classify(model, task.heldOut, onBatch), task.metrics)
  }
  const { loss, tokens } = await evaluateLanguageModel(model, task.heldOut, onBatch)
  if (task.kind === 'instruct') return { lossPerAnswerToken: loss }
  return { loss, bitsPerCharacter: bitsPerCharacter(loss, tokens, task.heldOutCharacters!) }
}

/** `accuracy 0.812, f1 0.640` */
export function formatMeasures(measures: { readonly [metric: string]: number }): string {
  return Object.entries(measures)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ')
}
