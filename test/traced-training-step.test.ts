import { valueAndGrad } from '@gyre/autograd'
import { type Graph, trace, valuesOf } from '@gyre/graph'
import { AdamW, clipGradNorm, Dropout, Linear, Module } from '@gyre/nn'
import { mean, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'

class Model extends Module {
  readonly frozen = new Linear(4, 4)
  readonly dropout = new Dropout(0.1)
  readonly head = new Linear(4, 2)

  override forward(x: Tensor, seed: Tensor): Tensor {
    return mean(this.dropout.forward(this.head.forward(this.frozen.forward(x)), seed))
  }
}

const model = new Model()
model.frozen.requiresGrad(false)
const optimizer = new AdamW([{ parameters: model, learningRateScale: 0.5 }], {
  learningRate: 0.1,
  weightDecay: 0.01,
})
const graph: Graph = trace((x: Tensor, seed: Tensor, learningRate: Tensor) => {
  const { value, grads } = valueAndGrad((batch: Tensor) => model.forward(batch, seed), model)(x)
  optimizer.step(clipGradNorm(grads, 1).grads, { learningRate })
  return value
}, model)(
  { shape: [3, 4], dtype: 'float32' },
  { shape: [2], dtype: 'int32' },
  { shape: [], dtype: 'float32' },
)

/** The names of the ops that an argument reaches, directly or through others. */
function reachedFrom(argument: string): Set<string> {
  const reached = new Set([graph.inputs.find(({ path }) => path === argument)!.value])
  const ops = new Set<string>()
  for (const { op, inputs, results } of graph.nodes) {
    if (!valuesOf(inputs).some((value) => reached.has(value))) continue
    ops.add(op.name)
    for (const value of valuesOf(results)) reached.add(value)
  }
  return ops
}

describe('a traced training step', () => {
  it('takes dropout’s seed and the learning rate as inputs', () => {
    expect(reachedFrom('1')).toContain('dropout')
    expect(reachedFrom('2')).toEqual(new Set(['mul', 'adamw']))
  })

  it('assigns the trainable parameters and the optimiser’s state, and nothing else', () => {
    const names = new Map(
      [...model.namedParameters(), ...optimizer.namedParameters()].map(([name, p]) => [p, name]),
    )
    expect(graph.updates.map(({ parameter }) => names.get(parameter)).sort()).toEqual([
      'firstMoment.head.bias',
      'firstMoment.head.weight',
      'head.bias',
      'head.weight',
      'secondMoment.head.bias',
      'secondMoment.head.weight',
      'step',
    ])
  })

  it('knows which ops belong to the update, clipping included', () => {
    const phases = (name: string) =>
      new Set(graph.nodes.filter(({ op }) => op.name === name).map((n) => n.scope.phase))
    expect(phases('adamw')).toEqual(new Set(['update']))
    expect(phases('sqrt')).toEqual(new Set(['update']))
    expect(phases('dropout')).toEqual(new Set(['forward', 'backward']))
  })
})
