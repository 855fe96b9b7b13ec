import { inject, lora } from '@gyre/adapters'
import { valueAndGrad } from '@gyre/autograd'
import { compile, cost, trace } from '@gyre/graph'
import { AdamW } from '@gyre/nn'
import { type Backend, full, jsBackend, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { createModel, type Model, type ModelInputs } from '@gyre/transformers'
import { wasm } from '@gyre/wasm'
import { afterEach, describe, expect, it } from 'vitest'
import { tinyInputs, tinyLlama, tinyRoberta } from './tiny-models.js'

const backends: readonly (readonly [string, Backend])[] = [
  ['js', jsBackend],
  ['wasm', await wasm({ threads: 2 })],
]

afterEach(() => setBackend(jsBackend))

const dropping = (): Model => {
  const { config } = tinyRoberta()
  return createModel({ ...config, hiddenDropoutProb: 0.2, attentionProbsDropoutProb: 0.1 } as never, {
    seed: 5,
  })
}

describe.each(backends)('activation checkpointing, on %s,', (_name, backend) => {
  it.each([
    ['a llama', tinyLlama],
    ['a roberta with dropout', dropping],
    [
      'a llama with adapters',
      () => {
        const model = tinyLlama()
        inject(model, lora({ rank: 2, targets: ['q_proj', 'down_proj'] }), { seed: 3 })
        return model
      },
    ],
  ] as const)('gives %s the same gradients to the last bit, called and compiled', (_what, create) => {
    setBackend(backend)
    const gradients = (checkpointing: boolean, compiled: boolean) => {
      const model = create()
      model.train()
      model.activationCheckpointing = checkpointing
      const inputs: ModelInputs = { ...tinyInputs(model), seed: tensor(Int32Array.of(4, 2)) as Tensor }
      const call = (given: ModelInputs) => valueAndGrad(() => model.forward(given).loss!, model)()
      const { value, grads } = (compiled ? compile(call, model) : call)(inputs)
      return [value.itemSync(), new Map([...grads].map(([name, t]) => [name, [...t.dataSync()]]))]
    }
    const expected = gradients(false, false)
    for (const compiled of [false, true]) expect(gradients(true, compiled)).toEqual(expected)
  })
})
