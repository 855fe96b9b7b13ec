import { type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { tinyLlama } from '../test/tiny-configs.js'
import { createModel } from './create-model.js'
import { KeyValueCache } from './key-value-cache.js'
import type { LlamaForCausalLM } from './llama.js'

const model = createModel(tinyLlama, { seed: 4 }) as LlamaForCausalLM

const integers = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length] }) as Tensor

/** The last token's logits of one text, computed at once. */
function logitsAtOnce(text: readonly number[]): Float32Array {
  const logits = model.forward({ inputIds: integers([text]) }).logits.dataSync() as Float32Array
  return logits.slice(-tinyLlama.vocabSize)
}

function expectLogits(logits: Tensor, texts: readonly (readonly number[])[]): void {
  expect(logits.shape).toEqual([texts.length, 1, tinyLlama.vocabSize])
  const expected = texts.flatMap((text) => [...logitsAtOnce(text)])
  const actual = [...(logits.dataSync() as Float32Array)]
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 5)
}

describe('a cache of several texts', () => {
  it('continues each as if it were alone, with padding before the shorter ones and behind all', () => {
    const cache = new KeyValueCache(model.keyValueSizes, { capacity: 10, batchSize: 3 })
    const texts = [[3, 4, 5, 6], [7], [8, 9]]
    const inputIds = integers([
      [3, 4, 5, 6, 0, 0],
      [0, 0, 0, 7, 0, 0],
      [0, 0, 8, 9, 0, 0],
    ])
    const attentionMask = integers([
      [1, 1, 1, 1, 0, 0],
      [0, 0, 0, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
    ])
    expectLogits(model.forward({ inputIds, attentionMask }, cache).logits, texts)
    for (const ids of [
      [10, 11, 12],
      [13, 14, 15],
      [2, 2, 2],
    ]) {
      for (const [row, id] of ids.entries()) texts[row]!.push(id)
      expectLogits(model.forward({ inputIds: integers(ids.map((id) => [id])) }, cache).logits, texts)
    }
  })

  it('hands some of them to another cache, which may be larger', () => {
    const three = new KeyValueCache(model.keyValueSizes, { capacity: 2, batchSize: 3 })
    model.forward(
      {
        inputIds: integers([
          [3, 4],
          [0, 5],
          [6, 7],
        ]),
        attentionMask: integers([
          [1, 1],
          [0, 1],
          [1, 1],
        ]),
      },
      three,
    )
    const two = new KeyValueCache(model.keyValueSizes, { capacity: 5, batchSize: 2 })
    two.takeOver(three, [2, 1])
    expectLogits(model.forward({ inputIds: integers([[8], [9]]) }, two).logits, [
      [6, 7, 8],
      [5, 9],
    ])
  })

  it('forgets its texts when others begin', () => {
    const cache = new KeyValueCache(model.keyValueSizes, { capacity: 4 })
    model.forward({ inputIds: integers([[3, 4, 5]]) }, cache)
    expectLogits(model.forward({ inputIds: integers([[6, 7]]) }, cache).logits, [[6, 7]])
    expectLogits(model.forward({ inputIds: integers([[8]]) }, cache).logits, [[6, 7, 8]])
  })
})
