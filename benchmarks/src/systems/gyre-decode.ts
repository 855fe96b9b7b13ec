import { generate, type LlamaForCausalLM } from '@gyre/transformers'
import { promptIds } from '../batches.js'
import type { Work } from '../system.js'
import type { Task } from '../task.js'
import { modelWith } from './gyre-model.js'

export function prepareDecode({
  model,
  parameters,
  promptLength,
  newTokens,
}: Task & { kind: 'decode' }): Work {
  const decoder = modelWith(model, parameters) as LlamaForCausalLM
  const prompt = promptIds(model, promptLength)
  const decode = () => generate(decoder, prompt, { maxNewTokens: newTokens, stopTokens: [] })
  return { run: async () => void (await decode()), check: decode }
}
