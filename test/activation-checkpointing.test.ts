import { inject, lora } from '@gyre/adapters'
import { valueAndGrad } from '@gyre/autograd'
import { type CompiledProgram, compile, cost, type Graph } from '@gyre/graph'
import { AdamW } from '@gyre/nn'
import { type Backend, jsBackend, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { applyMethod, parseMethod } from '@gyre/train'
import { createModel, type Model, type ModelInputs } from '@gyre/transformers'
import { wasm } from '@gyre/wasm'
import { afterEach, describe, expect, it } from 'vitest'
import { tinyGpt2, tinyInputs, tinyLlama, tinyRoberta } from './tiny-models.js'

const backends: readonly (readonly [string, Backend])[] = [
  ['js', jsBackend],
  ['wasm', await wasm({ threads: 2 })],
]

afterEach(() => setBackend(jsBackend))

const dropping = (create: () => Model) => (): Model => {
  const rates = { hiddenDropoutProb: 0.2, residualDropoutProb: 0.2, attentionProbsDropoutProb: 0.1 }
  return createModel({ ...create().config, ...rates }, { seed: 5 })
}

/** The same with six layers, and positions for 64 tokens. */
const deeper = ({ config }: Model): Model =>
  createModel({ ...config, numHiddenLayers: 6, maxPositionEmbeddings: 80, vocabSize: 50 }, { seed: 5 })

describe.each(backends)('activation checkpointing, on %s,', (_name, backend) => {
  it.each([
    ['a llama', tinyLlama],
    ['a roberta with dropout', dropping(tinyRoberta)],
    ['a gpt2 with dropout', dropping(tinyGpt2)],
    [
      'a llama with adapters',
      () => {
        const model = tinyLlama()
        inject(model, lora({ r: 2, targets: ['q_proj', 'down_proj'] }), { seed: 3 })
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

describe('the program of a training step', async () => {
  const backend = await wasm({ threads: 1 })

  /** Six layers; a batch of 4 sequences of 64 tokens. */
  function programOf(create: () => Model, method: string, checkpointing: boolean): CompiledProgram {
    setBackend(backend)
    const model = create()
    const trainable = applyMethod(model, parseMethod(method, { targets: ['all-linear'] }), { seed: 1 })
    const optimizer = new AdamW(trainable.groups, { learningRate: 1e-3 })
    model.train()
    model.activationCheckpointing = checkpointing
    const step = compile(
      (inputs: ModelInputs) => {
        const { value, grads } = valueAndGrad(() => model.forward(inputs).loss!, trainable)()
        optimizer.step(grads)
        return value
      },
      model,
      trainable,
      optimizer,
    )
    const ids = tensor(
      Int32Array.from({ length: 4 * 64 }, (_, i) => 2 + (i % 40)),
      { shape: [4, 64] },
    )
    const classes = tensor(Int32Array.of(0, 1, 0, 1))
    const labels = model.task === 'causal-lm' ? ids : classes
    const inputs = { inputIds: ids, labels, seed: tensor(Int32Array.of(1, 2)) } as unknown as ModelInputs
    step(inputs)
    return step.programs[0]!
  }

  const llama = () => deeper(tinyLlama())
  const roberta = () => deeper(dropping(tinyRoberta)())

  it.each([
    ['llama', 'full', llama],
    ['llama', 'lora:r=2', llama],
    ['llama', 'bca:p=12', llama],
    ['roberta', 'full', roberta],
    ['roberta', 'bca:p=12', roberta],
  ] as const)(
    'of a %s with %s is planned in as little memory as is counted, much less with checkpointing',
    (...row) => {
      const [, method, create] = row
      const [plain, checkpointed] = [false, true].map((on) => programOf(create, method, on))
      for (const { graph, plannedBytes } of [plain!, checkpointed!]) {
        const { parameters, state, peakBytes } = cost(graph)
        // The plan is of what is computed: parameters and the optimiser's state lie elsewhere.
        const planned = (plannedBytes! + parameters.bytes + state.bytes) / peakBytes
        expect(planned).toBeGreaterThan(0.9)
        expect(planned).toBeLessThan(1.1)
      }
      expect(checkpointed!.plannedBytes!).toBeLessThan(plain!.plannedBytes! / 2)
      expect(cost(checkpointed!.graph).activationBytes).toBeLessThan(cost(plain!.graph).activationBytes / 4)
    },
  )

  it('computes every layer again in the backward pass, and merges none of it with the first time', () => {
    const attentions = (graph: Graph, phase: string): string[] =>
      graph.nodes
        .filter(({ op, scope }) => op.name === 'attention' && scope.phase === phase)
        .map(({ scope }) => scope.path)
    const { graph } = programOf(llama, 'full', true)
    const paths = Array.from({ length: 6 }, (_, i) => `model.layers.${i}.self_attn`)
    expect(attentions(graph, 'forward')).toEqual(paths)
    expect(attentions(graph, 'backward')).toEqual(paths.toReversed())
    expect(attentions(programOf(llama, 'full', false).graph, 'backward')).toEqual([])
  })

  it('is another one when the flag has changed', () => {
    const model = tinyLlama()
    const inputs = tinyInputs(model)
    const step = compile(() => valueAndGrad(() => model.forward(inputs).loss!, model)().value, model)
    for (const on of [false, true, false]) {
      model.activationCheckpointing = on
      step()
    }
    expect(step.programs).toHaveLength(2)
  })
})
