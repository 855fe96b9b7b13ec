import { seedParameters } from '@gyre/nn'
import { describe, expect, it } from 'vitest'
import { tinyLlama } from '../../test/tiny-configs.js'
import { createModel } from '../create-model.js'
import type { ModelInputs, ModelOutputs } from '../inputs.js'
import type { KeyValueCache } from '../key-value-cache.js'
import { LlamaForCausalLM } from '../llama.js'
import { generate } from './generate.js'

const model = createModel(tinyLlama, { seed: 4 }) as LlamaForCausalLM
const prompt = [3, 4, 5]

/** A model that counts how often its code runs, which a compiled step does only while it is traced. */
class CountingLlama extends LlamaForCausalLM {
  traces = 0

  override forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs {
    this.traces++
    return super.forward(inputs, cache)
  }
}

function counting(): CountingLlama {
  const counted = new CountingLlama(tinyLlama)
  seedParameters(counted, 4)
  return counted
}

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

  it('ends where the caller says so', async () => {
    const tokens = await generate(model, prompt, { maxNewTokens: 9, stopWhen: ({ length }) => length === 3 })
    expect(tokens).toHaveLength(3)
  })

  it('traces nothing in a second call of the same shapes, nor for another length that is padded to the same', async () => {
    const counted = counting()
    await generate(counted, [3, 4, 5], { maxNewTokens: 4 })
    expect(counted.traces).toBe(2)
    await generate(counted, [3, 4, 5, 6, 7], { maxNewTokens: 9, temperature: 1 })
    expect(counted.traces).toBe(2)
  })

  it('keeps calls apart that run at the same time', async () => {
    const [first, second] = [
      [3, 4],
      [9, 8, 7],
    ]
    const options = { maxNewTokens: 8 }
    const together = await Promise.all([generate(model, first!, options), generate(model, second!, options)])
    expect(together).toEqual([
      await generate(model, first!, options),
      await generate(model, second!, options),
    ])
  })

  it('rejects an empty prompt and options that say nothing', async () => {
    await expect(generate(model, [], { maxNewTokens: 1 })).rejects.toThrow(
      'generate: the prompt has no tokens',
    )
    await expect(generate(model, [[1], []], { maxNewTokens: 1 })).rejects.toThrow(
      'generate: prompt 1 of 2 has no tokens',
    )
    for (const [options, message] of [
      [{ temperature: -1 }, 'generate: temperature is -1; expected a number of at least 0'],
      [{ topK: 0 }, 'generate: topK is 0; expected an integer ≥ 1'],
      [{ topP: 1.5 }, 'generate: topP is 1.5; expected a number above 0, at most 1'],
      [{ maxNewTokens: -2 }, 'generate: maxNewTokens is -2; expected an integer ≥ 0'],
    ] as const) {
      await expect(generate(model, prompt, { maxNewTokens: 1, ...options })).rejects.toThrow(message)
    }
  })
})

describe('generate, of several prompts', () => {
  const prompts = [[3, 4, 5], [6], [7, 8, 9, 10, 11, 12, 13], [14, 15]]

  it('gives what it gives for each alone', async () => {
    const options = { maxNewTokens: 20, stopTokens: [] }
    const alone = []
    for (const each of prompts) alone.push(await generate(model, each, options))
    expect(await generate(model, prompts, options)).toEqual(alone)
    expect(await generate(model, [prompts[1]!], options)).toEqual([alone[1]])
  })

  it('draws for a row what it draws beside other rows', async () => {
    const options = { maxNewTokens: 6, temperature: 1, seed: 3, stopTokens: [] }
    const [, second] = await generate(model, [[3, 4, 5], [6]], options)
    expect((await generate(model, [[9, 9], [6], [10]], options))[1]).toEqual(second)
    expect((await generate(model, [[6]], { ...options, firstRow: 1 }))[0]).toEqual(second)
    const [a, b] = await generate(model, [[6], [6]], options)
    expect(a).not.toEqual(b)
  })

  it('goes on with the others when one has ended', async () => {
    const options = { maxNewTokens: 20, stopTokens: [] }
    const whole = await generate(model, prompts, options)
    const lengths = [2, 5, 12, 20]
    const streamed = prompts.map((): number[] => [])
    const counted = counting()
    const ended = await generate(counted, prompts, {
      ...options,
      stopWhen: (tokens, row) => tokens.length === lengths[row],
      onToken: (token, _logits, row) => streamed[row]!.push(token),
    })
    expect(ended).toEqual(whole.map((tokens, row) => tokens.slice(0, lengths[row])))
    expect(streamed).toEqual(ended)
    // Four rows, then two, then one: each begins to be traced once, and again beyond the window.
    expect(counted.traces).toBeLessThanOrEqual(6)
  })
})
