import { OptionError, Rng, scope, tensor } from '@gyre/tensor'
import type { LlamaForCausalLM } from './llama.js'

export interface GenerateOptions {
  /** How many tokens are added at most. */
  readonly maxNewTokens: number
  /** 0 takes the most likely token each time; above, tokens are drawn from softmax(logits / temperature). */
  readonly temperature?: number
  readonly seed?: number
  /** Generation ends after one of these; default the model's end-of-sequence token. */
  readonly stopTokens?: readonly number[]
  /** Called with every new token and the logits that it was chosen from. */
  readonly onToken?: (token: number, logits: Float32Array) => void
}

/** Continues a prompt; gives the new tokens only. The whole sequence is computed anew for each of them. */
export async function generate(
  model: LlamaForCausalLM,
  prompt: ArrayLike<number>,
  { maxNewTokens, temperature = 0, seed = 0, stopTokens, onToken }: GenerateOptions,
): Promise<number[]> {
  if (prompt.length === 0) throw new OptionError('generate: the prompt has no tokens')
  if (!(temperature >= 0 && Number.isFinite(temperature))) {
    throw new OptionError(`generate: temperature is ${temperature}; expected a number of at least 0`)
  }
  const { maxPositionEmbeddings, eosTokenId, vocabSize } = model.config
  const stop = new Set(stopTokens ?? (eosTokenId === undefined ? [] : [eosTokenId]))
  const rng = new Rng(seed)
  const ids = Array.from(prompt)
  const added: number[] = []
  while (added.length < maxNewTokens) {
    const window = ids.slice(-maxPositionEmbeddings)
    const inputIds = tensor(Int32Array.from(window), { shape: [1, window.length] })
    const { logits } = scope(() => ({ logits: model.forward({ inputIds }).logits }))
    const last = ((await logits.data()) as Float32Array).slice(-vocabSize)
    if (last.some(Number.isNaN)) throw new OptionError('generate: the model gives logits that are no numbers')
    const token = temperature === 0 ? argmax(last) : draw(last, temperature, rng)
    ids.push(token)
    added.push(token)
    onToken?.(token, last)
    if (stop.has(token)) break
  }
  return added
}

function argmax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

function draw(logits: Float32Array, temperature: number, rng: Rng): number {
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature))
  let rest = rng.uniforms(1)[0]! * weights.reduce((a, b) => a + b, 0)
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!
    if (rest < 0) return i
  }
  return weights.length - 1
}
