import { OptionError, Rng } from '@gyre/tensor'
import type { CausalLanguageModel } from '../pretrained-model.js'
import { BatchDecoder } from './batch-decoder.js'
import { type SamplingOptions, TokenSampler } from './token-sampler.js'

export interface GenerateOptions extends SamplingOptions {
  /** How many tokens are added at most to each prompt. */
  readonly maxNewTokens: number
  /** Seeds what is drawn. Every row has a stream of its own, so its text does not depend on the other rows. */
  readonly seed?: number
  /** The number of the first row, for prompts that are part of a longer list. Default 0. */
  readonly firstRow?: number
  /** A text ends after one of these; default the model's end-of-sequence token. */
  readonly stopTokens?: readonly number[]
  /** Called with the new tokens of a row after each one: whether its text ends here. */
  readonly stopWhen?: (tokens: readonly number[], row: number) => boolean
  /** Called with every new token, the logits that it was chosen from, and the row of its prompt. */
  readonly onToken?: (token: number, logits: Float32Array, row: number) => void
}

/** Token ids of one text. */
export type TokenIds = ArrayLike<number>

/** A text that is being continued. */
interface Continuation {
  readonly row: number
  readonly text: number[]
  readonly added: number[]
  readonly rng: Rng
}

/**
 * Continues a prompt, or several of any lengths side by side; gives the new tokens only, a stop token included. Each
 * costs one position, as long as the text fits into the positions that the model has learned; beyond them the last
 * ones are computed anew for every token, and so are those of a prompt that is longer. A row that has ended is not
 * continued; with half of the rows the others are moved together. What is compiled stays with the model: a second
 * call of the same shapes traces nothing.
 */
export async function generate(
  model: CausalLanguageModel,
  prompt: TokenIds,
  options: GenerateOptions,
): Promise<number[]>
export async function generate(
  model: CausalLanguageModel,
  prompts: readonly TokenIds[],
  options: GenerateOptions,
): Promise<number[][]>
export async function generate(
  model: CausalLanguageModel,
  prompts: TokenIds | readonly TokenIds[],
  options: GenerateOptions,
): Promise<number[] | number[][]> {
  if (isBatch(prompts)) return continueAll(model, prompts, options)
  const [added] = await continueAll(model, [prompts], options)
  return added!
}

async function continueAll(
  model: CausalLanguageModel,
  prompts: readonly TokenIds[],
  options: GenerateOptions,
): Promise<number[][]> {
  const { maxNewTokens, stopTokens = endTokens(model), stopWhen, onToken } = options
  const { seed = 0, firstRow = 0 } = options
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 0) {
    throw new OptionError(`generate: maxNewTokens is ${maxNewTokens}; expected an integer ≥ 0`)
  }
  const empty = prompts.findIndex(({ length }) => length === 0)
  if (empty >= 0) {
    const which = prompts.length === 1 ? 'the prompt' : `prompt ${empty} of ${prompts.length}`
    throw new OptionError(`generate: ${which} has no tokens`)
  }
  const stops = new Set(stopTokens)
  const sampler = new TokenSampler(options)
  const streams = new Rng(seed)
  const continuations: readonly Continuation[] = prompts.map((prompt, i) => ({
    row: firstRow + i,
    text: Array.from(prompt),
    added: [],
    rng: streams.child(firstRow + i),
  }))
  const addToken = ({ row, text, added, rng }: Continuation, logits: Float32Array): boolean => {
    const token = sampler.choose(logits, rng)
    text.push(token)
    added.push(token)
    onToken?.(token, logits, row)
    return !stops.has(token) && !stopWhen?.(added, row)
  }

  let going = continuations
  const decoder = new BatchDecoder(model, prompts.length)
  try {
    for (let count = 0; count < maxNewTokens && going.length > 0; count++) {
      const logits = await decoder.logitsAfter(going.map(({ text }) => text))
      const goesOn = going.map((continuation, i) => addToken(continuation, logits[i]!))
      decoder.keep(goesOn)
      going = going.filter((_, i) => goesOn[i])
    }
  } finally {
    decoder.close()
  }
  return continuations.map(({ added }) => added)
}

function isBatch(prompts: TokenIds | readonly TokenIds[]): prompts is readonly TokenIds[] {
  return Array.isArray(prompts) && prompts.length > 0 && typeof prompts[0] !== 'number'
}

function endTokens({ config: { eosTokenId } }: CausalLanguageModel): readonly number[] {
  return eosTokenId === undefined ? [] : [eosTokenId]
}
