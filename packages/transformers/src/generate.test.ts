import { describe, expect, it } from 'vitest'
import { tinyLlama } from '../test/tiny-configs.js'
import { createModel } from './create-model.js'
import { generate } from './generate.js'
import type { LlamaForCausalLM } from './llama.js'

const model = createModel(tinyLlama, { seed: 4 }) as LlamaForCausalLM
const prompt = [3, 4, 5]

describe('generate', () => {
  it('takes the most likely token at temperature 0, and gives the new ones only', async () => {
    const chosen: number[] = []
    const tokens = await generate(model, prompt, {
      maxNewTokens: 4,
      onToken: (token, logits) => {
        expect(logits).toHaveLength(tinyLlama.vocabSize)
        expect(logits[token]).toBe(Math.max(...logits))
        chosen.push(token)
      },
    })
    expect(tokens).toHaveLength(4)
    expect(chosen).toEqual(tokens)
  })

  it('draws the same tokens from the same seed', async () => {
    const draw = (seed: number) => generate(model, prompt, { maxNewTokens: 12, temperature: 1, seed })
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
  })

  it('draws what it would take, at a temperature near 0', async () => {
    const greedy = await generate(model, prompt, { maxNewTokens: 6 })
    expect(await generate(model, prompt, { maxNewTokens: 6, temperature: 1e-6, seed: 7 })).toEqual(greedy)
  })

  it('ends after a stop token, which it gives too', async () => {
    const [first, second] = await generate(model, prompt, { maxNewTokens: 2 })
    const stopped = await generate(model, prompt, { maxNewTokens: 9, stopTokens: [second!] })
    expect(stopped).toEqual(first === second ? [first] : [first, second])
  })

  it('ends after the end-of-sequence token of the configuration unless told otherwise', async () => {
    const [first] = await generate(model, prompt, { maxNewTokens: 1 })
    const ending = createModel({ ...tinyLlama, eosTokenId: first }, { seed: 4 }) as LlamaForCausalLM
    expect(await generate(ending, prompt, { maxNewTokens: 5 })).toEqual([first])
    expect(await generate(ending, prompt, { maxNewTokens: 5, stopTokens: [] })).toHaveLength(5)
  })

  it('goes on beyond the positions that the model has', async () => {
    const maxNewTokens = tinyLlama.maxPositionEmbeddings + 2
    expect(await generate(model, prompt, { maxNewTokens, stopTokens: [] })).toHaveLength(maxNewTokens)
  })

  it('adds nothing when nothing may be added', async () => {
    expect(await generate(model, prompt, { maxNewTokens: 0 })).toEqual([])
  })

  it('rejects an empty prompt and a negative temperature', async () => {
    await expect(generate(model, [], { maxNewTokens: 1 })).rejects.toThrow(
      'generate: the prompt has no tokens',
    )
    await expect(generate(model, prompt, { maxNewTokens: 1, temperature: -1 })).rejects.toThrow(
      'generate: temperature is -1; expected a number of at least 0',
    )
  })
})
