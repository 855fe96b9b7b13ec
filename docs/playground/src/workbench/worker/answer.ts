import { scope, softmax, type Tensor, tensor } from '@gyre/tensor'
import { generate, longestSequence } from '@gyre/transformers'
import type { Answer } from '../contract.js'
import { WorkbenchError } from '../errors.js'
import type { FineTuned } from './fine-tuned.js'

/** Tokens that a text is continued by, at most, and the temperature that they are drawn at. */
const maxNewTokens = 60
const temperature = 0.7

/** What a model says to a text. Of one that is too long a language model sees the end, a classifier the beginning. */
export async function answer(fineTuned: FineTuned, text: string): Promise<Answer> {
  if (text.trim() === '') throw new WorkbenchError('the text is empty')
  if (fineTuned.model.task === 'sequence-classification') return classify(fineTuned, text)
  return continueText(fineTuned, text)
}

async function continueText({ model, tokenizer, kind, seed }: FineTuned, text: string): Promise<Answer> {
  if (model.task !== 'causal-lm')
    throw new WorkbenchError('this model fills gaps in a text; it cannot continue one')
  // What is beyond the model's positions would be computed anew for every token.
  const room = Math.max(1, longestSequence(model.config) - maxNewTokens)
  const prompt = tokenizer.encodePrompt(kind === 'instruct' ? `${text}\n` : text).slice(-room)
  const added = await generate(model, prompt, { maxNewTokens, temperature, seed })
  // Together with the prompt: by itself it would lose the blank that a first token may begin with.
  const before = tokenizer.decode(prompt).length
  return { kind: 'text', text: tokenizer.decode([...prompt, ...added]).slice(before) }
}

async function classify(
  { model, tokenizer, kind, labels, sequenceLength }: FineTuned,
  text: string,
): Promise<Answer> {
  const { ids } = tokenizer.encodeForModel(text, { maxLength: sequenceLength })
  const logits = scope(() => {
    const { logits } = model.forward({ inputIds: tensor(ids, { shape: [1, ids.length] }) as Tensor })
    return kind === 'regression' ? logits : softmax(logits)
  })
  const values = [...((await logits.data()) as Float32Array)]
  if (kind === 'regression') return { kind: 'number', value: values[0]! }
  return {
    kind: 'classes',
    probabilities: values.map((probability, i) => ({ label: labels[i] ?? String(i), probability })),
  }
}
