import { compile } from '@gyre/graph'
import { type Backend, jsBackend, scope, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { type CausalLanguageModel, createModel, generate, KeyValueCache } from '@gyre/transformers'
import { wasm } from '@gyre/wasm'
import { afterEach, describe, expect, it } from 'vitest'
import { tinyGpt2, tinyLlama } from './tiny-models.js'

const backends: readonly (readonly [string, Backend])[] = [
  ['js', jsBackend],
  ['wasm', await wasm({ threads: 2 })],
]

afterEach(() => setBackend(jsBackend))

const withPositions = (maxPositionEmbeddings: number, tiny = tinyLlama): CausalLanguageModel =>
  createModel({ ...tiny().config, maxPositionEmbeddings }, { seed: 6 }) as CausalLanguageModel

const asInput = (ids: readonly number[]): Tensor =>
  tensor(Int32Array.from(ids), { shape: [1, ids.length] }) as Tensor

/** The last token's logits, by computing the whole text at once. */
function logitsAtOnce(model: CausalLanguageModel, ids: readonly number[]): Float32Array {
  const { logits } = scope(() => ({ logits: model.forward({ inputIds: asInput(ids) }).logits }))
  return (logits.dataSync() as Float32Array).slice(-model.config.vocabSize)
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}

describe.each(backends)('generate, on %s,', (_name, backend) => {
  it.each([
    ['grows its cache', 150, 60, 75],
    ['goes on beyond the positions that the model has', 70, 60, 16],
    ['takes a prompt longer than them', 9, 20, 4],
    ['starts from one token', 12, 1, 5],
    ['works for a model of one position', 1, 1, 3],
  ])('%s, with the logits of computing everything at once', async (_what, positions, promptLength, added) => {
    setBackend(backend)
    const model = withPositions(positions)
    const ids = Array.from({ length: promptLength }, (_, i) => 2 + ((7 * i) % 17))
    const steps: { readonly text: readonly number[]; readonly logits: Float32Array }[] = []
    await generate(model, ids, {
      maxNewTokens: added,
      temperature: 1,
      stopTokens: [],
      onToken: (token, logits) => {
        steps.push({ text: ids.slice(-positions), logits })
        ids.push(token)
      },
    })
    expect(steps).toHaveLength(added)
    for (const { text, logits } of steps) {
      expect(largestDifference(logits, logitsAtOnce(model, text)), `after ${text.length}`).toBeLessThan(1e-5)
    }
  })
})

describe.each(backends)('generate of several prompts, on %s,', (_name, backend) => {
  it.each([
    ['LLaMA', tinyLlama],
    ['GPT-2', tinyGpt2],
  ])('gives each the logits of computing its text alone and at once: %s', async (_model, tiny) => {
    setBackend(backend)
    const positions = 40
    const model = withPositions(positions, tiny)
    const texts = [7, 1, 23, 12].map((length) =>
      Array.from({ length }, (_, i) => 2 + ((5 * i + length) % 17)),
    )
    const lengths = [3, 25, 24, 8]
    const steps: { readonly text: readonly number[]; readonly logits: Float32Array }[] = []
    await generate(model, texts, {
      maxNewTokens: 25,
      temperature: 1,
      stopTokens: [],
      stopWhen: (tokens, row) => tokens.length === lengths[row],
      onToken: (token, logits, row) => {
        steps.push({ text: texts[row]!.slice(-positions), logits })
        texts[row]!.push(token)
      },
    })
    expect(steps).toHaveLength(3 + 25 + 24 + 8)
    for (const { text, logits } of steps) {
      expect(largestDifference(logits, logitsAtOnce(model, text)), `after ${text.length}`).toBeLessThan(1e-5)
    }
  })
})

describe.each(backends)('a compiled step with a cache, on %s,', (_name, backend) => {
  it('is one program for every token, and begins anew with several', () => {
    setBackend(backend)
    const model = withPositions(12)
    const cache = new KeyValueCache(model.keyValueSizes, { capacity: 12 })
    const step = compile((inputIds: Tensor) => model.forward({ inputIds }, cache).logits, model)
    for (const text of [
      [3, 4, 5, 6, 7],
      [8, 9, 10],
    ]) {
      const prompt = text.slice(0, 2)
      step(asInput(prompt))
      for (const [i, id] of text.entries()) {
        if (i < 2) continue
        const logits = step(asInput([id])).dataSync()
        expect(largestDifference(logits, logitsAtOnce(model, text.slice(0, i + 1)))).toBeLessThan(1e-5)
      }
    }
    expect(step.programs).toHaveLength(2)
  })

  it('refuses a token for which the cache has no place', () => {
    setBackend(backend)
    const model = withPositions(12)
    const cache = new KeyValueCache(model.keyValueSizes, { capacity: 2 })
    const step = compile((inputIds: Tensor) => model.forward({ inputIds }, cache).logits, model)
    step(asInput([3, 4]))
    expect(() => step(asInput([5]))).toThrow('index 2 at position 0 is outside 0 to 1')
  })
})
