import { valueAndGrad } from '@gyre/autograd'
import { cost, costWithin, type Graph, trace } from '@gyre/graph'
import { Linear, Module } from '@gyre/nn'
import {
  type AnyOp,
  dispatch,
  exp,
  inPhase,
  mean,
  mul,
  type Options,
  ops,
  type Parameter,
  type Phase,
  type Sample,
  SampleSource,
  sub,
  type Tensor,
  type TensorRecord,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'

/** What docs/cost-model.md says: the least that a fused op may count of its composition's FLOPs. */
const leastOfComposition = 0.4

const fusedOps = (Object.values(ops) as unknown as AnyOp[]).filter(({ composition }) => composition)

function samplesOf(op: AnyOp): readonly Sample<never, Options>[] {
  return op.samples(new SampleSource(1)) as readonly Sample<never, Options>[]
}

describe('the FLOPs of a fused op', () => {
  for (const op of fusedOps) {
    for (const sample of samplesOf(op)) {
      it(`${op.name} (${sample.name}) are those of its composition, or fewer`, () => {
        const run = (inputs: never) => dispatch(op as never, inputs, sample.options as never)
        const compose = (inputs: TensorRecord) => op.composition!(inputs, sample.options)
        const fused = cost(trace(run)(sample.inputs)).flops
        const composed = cost(trace(compose)(sample.inputs)).flops
        expect(fused).toBeLessThanOrEqual(composed)
        expect(fused).toBeGreaterThanOrEqual(leastOfComposition * composed)
      })
    }
  }
})

/** Two linear layers with an exponential between. */
class TwoLayers extends Module {
  readonly first: Linear
  readonly second: Linear

  constructor(inFeatures: number, hidden: number, outFeatures: number) {
    super()
    this.first = new Linear(inFeatures, hidden)
    this.second = new Linear(hidden, outFeatures)
  }

  override forward(x: Tensor): Tensor {
    return this.second.forward(exp(this.first.forward(x)))
  }
}

const tokens = 5
const [inFeatures, hidden, outFeatures] = [8, 16, 4]
const x = { shape: [tokens, inFeatures], dtype: 'float32' } as const
const y = { shape: [tokens, outFeatures], dtype: 'float32' } as const

/** One training step with plain gradient descent. Unseeded: drawing a number would be an error. */
function traceStep(model: TwoLayers): Graph {
  const step = (input: Tensor, target: Tensor): Tensor => {
    const { value, grads } = valueAndGrad(() => {
      const error = sub(model.forward(input), target)
      return mean(mul(error, error))
    }, model)()
    inPhase('update', () => {
      for (const [name, parameter] of model.namedParameters()) {
        const gradient = grads.get(name)
        if (gradient) parameter.assign(sub(parameter.value, mul(gradient, 0.1)))
      }
    })
    return value
  }
  return trace(step, model)(x, y)
}

function flopsAt(graph: Graph, path: string, phase: Phase, opName: string): number {
  return costWithin(graph, (...where) => where.join() === [path, phase, opName].join()).flops
}

describe('a training step of two linear layers', () => {
  const model = new TwoLayers(inFeatures, hidden, outFeatures)
  const graph = traceStep(model)
  const firstProduct = 2 * tokens * inFeatures * hidden
  const secondProduct = 2 * tokens * hidden * outFeatures

  it('counts forward what the closed form says, per layer', () => {
    expect(flopsAt(graph, 'first', 'forward', 'linear')).toBe(firstProduct + tokens * hidden)
    expect(flopsAt(graph, 'second', 'forward', 'linear')).toBe(secondProduct + tokens * outFeatures)
  })

  it('counts backward two products for a layer, but one for the first: its input has no gradient', () => {
    expect(flopsAt(graph, 'second', 'backward', 'matmul')).toBe(2 * secondProduct)
    expect(flopsAt(graph, 'first', 'backward', 'matmul')).toBe(firstProduct)
    expect(flopsAt(graph, 'second', 'backward', 'sum')).toBe(tokens * outFeatures)
    expect(flopsAt(graph, 'first', 'backward', 'sum')).toBe(tokens * hidden)
  })

  it('counts the update apart', () => {
    const numbers = model.countParameters()
    expect(cost(graph).byPhase.update.flops).toBe(2 * numbers)
    expect(graph.updates).toHaveLength(4)
  })

  it('counts parameters under their names', () => {
    expect(graph.parameters.map(({ name }) => name).sort()).toEqual(
      [...model.namedParameters()].map(([name]) => name).sort(),
    )
    expect(cost(graph).parameters).toEqual({
      count: model.countParameters(),
      trainable: model.countParameters(),
      bytes: 4 * model.countParameters(),
    })
  })

  it('counts as activations the exponential, which two layers need, and the error', () => {
    // exp's gradient and the second layer's weight's gradient both read exp's result; mul's gradient the error.
    expect(cost(graph).activationBytes).toBe(4 * (tokens * hidden + tokens * outFeatures))
  })

  it('computes no gradient of a frozen weight', () => {
    const frozen = new TwoLayers(inFeatures, hidden, outFeatures)
    frozen.second.requiresGrad(false)
    const step = traceStep(frozen)
    expect(flopsAt(step, 'second', 'backward', 'matmul')).toBe(secondProduct)
    expect(flopsAt(step, 'second', 'backward', 'sum')).toBe(0)
    expect(cost(step).parameters.trainable).toBe(frozen.first.countParameters())
  })
})

describe('a training step of many linear layers', () => {
  class Stack extends Module {
    readonly layers: readonly Linear[]
    constructor(depth: number, width: number) {
      super()
      this.layers = Array.from({ length: depth }, () => new Linear(width, width, { bias: false }))
    }
    override forward(input: Tensor): Tensor {
      return this.layers.reduce((value, layer) => layer.forward(value), input)
    }
  }

  function flopsOfProducts(stack: Stack, width: number): { forward: number; all: number } {
    const step = valueAndGrad((input: Tensor) => mean(stack.forward(input)), stack)
    const graph = trace(step)({ shape: [16, width], dtype: 'float32' })
    return {
      forward: costWithin(graph, (_path, _phase, opName) => opName === 'linear').flops,
      all: costWithin(graph, (_path, _phase, opName) => opName === 'linear' || opName === 'matmul').flops,
    }
  }

  it('costs three times its forward pass, and about two when only the first layer learns', () => {
    const stack = new Stack(50, 32)
    const full = flopsOfProducts(stack, 32)
    expect(full.all / full.forward).toBeCloseTo(3 - 1 / 50, 10)
    stack.requiresGrad(false)
    stack.layers[0]!.requiresGrad(true)
    const first = flopsOfProducts(stack, 32)
    expect(first.all / first.forward).toBeCloseTo(2, 10)
  })

  it('is counted at seven billion parameters without making one of them', () => {
    const width = 16384
    const stack = new Stack(26, width)
    const before = process.memoryUsage()
    const { forward } = flopsOfProducts(stack, width)
    const after = process.memoryUsage()
    expect(stack.countParameters()).toBe(26 * width ** 2)
    expect(stack.countParameters()).toBeGreaterThan(6.9e9)
    expect(forward).toBe(2 * 16 * stack.countParameters())
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1e6)
    for (const [, parameter] of stack.namedParameters()) expect(isUntouched(parameter)).toBe(true)
  })
})

/** Whether nobody has drawn the numbers: then no backend holds them. */
function isUntouched(parameter: Parameter): boolean {
  return parameter.value.backend === undefined
}
