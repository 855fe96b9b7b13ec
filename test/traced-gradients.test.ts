import { checkpoint, grad, valueAndGrad } from '@gyre/autograd'
import { cost, type Graph, trace } from '@gyre/graph'
import { exp, layerNorm, linear, mul, nameScope, neg, Parameter, randn, sum, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'

const vector = { shape: [10], dtype: 'float32' } as const

function opNames(graph: Graph, phase?: string): string[] {
  return graph.nodes.filter(({ scope }) => !phase || scope.phase === phase).map(({ op }) => op.name)
}

describe('a gradient that is traced', () => {
  it('records the forward pass and the backward pass, counted as by hand', () => {
    // f = Σ exp(-x): forward neg, exp, sum; backward the seed repeated, times exp, negated.
    const graph = trace(valueAndGrad((x: Tensor) => sum(exp(neg(x)))))(vector)
    expect(opNames(graph, 'forward')).toEqual(['neg', 'exp', 'sum'])
    expect(opNames(graph, 'backward')).toEqual(['reshape', 'broadcastTo', 'mul', 'neg'])
    const { byPhase } = cost(graph)
    expect(byPhase.forward.flops).toBe(30)
    expect(byPhase.backward.flops).toBe(20)
    expect(graph.outputs.map(({ path }) => path)).toEqual(['value', 'grad'])
  })

  it('runs the backward pass under the module path of the forward pass', () => {
    const graph = trace(
      valueAndGrad((x: Tensor) => nameScope('model', () => sum(nameScope('layer', () => exp(x))))),
    )(vector)
    const scopes = graph.nodes.map(({ op, scope }) => `${op.name} ${scope.path} ${scope.phase}`)
    expect(scopes).toEqual([
      'exp model.layer forward',
      'sum model forward',
      'reshape model backward',
      'broadcastTo model backward',
      'mul model.layer backward',
    ])
  })

  it('is the same computation as the one that runs', () => {
    const fn = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      sum(mul(exp(neg(layerNorm(x, bias, bias))), linear(x, weight)))
    const args = [
      randn([3, 4], { seed: 1 }) as Tensor,
      randn([4, 4], { seed: 2 }) as Tensor,
      randn([4], { seed: 3 }) as Tensor,
    ] as const
    const graph = trace(grad(fn))(...args)
    const gradients = grad(fn)(...args)
    expect(graph.outputs.map(({ value }) => graph.values[value]!.spec.shape)).toEqual(
      gradients.map(({ shape }) => shape),
    )
  })

  it('nests: a gradient of a gradient is traced too', () => {
    const cubes = (x: Tensor): Tensor => sum(mul(mul(x, x), x))
    const second = grad((x: Tensor) => sum(grad(cubes)(x)))
    const graph = trace(second)(vector)
    expect(graph.values[graph.outputs[0]!.value]!.spec).toEqual(vector)
    expect(opNames(graph, 'backward').filter((name) => name === 'mul').length).toBeGreaterThan(4)
    expect(graph.inputs).toHaveLength(1)
  })

  it('reads parameters by reference through the tape, each once', () => {
    const weight = new Parameter(vector, () => {
      throw new Error('the numbers were drawn')
    }) as unknown as Parameter
    const module = { namedParameters: () => [['weight', weight]] as const }
    const graph = trace(
      valueAndGrad((x: Tensor) => sum(mul(mul(weight.value, weight.value), x)), module),
      module,
    )(vector)
    expect(graph.parameters.map(({ name }) => name)).toEqual(['weight'])
    expect(graph.outputs.map(({ path }) => path)).toEqual(['value', 'grads.weight'])
  })

  it('refuses a tensor that a gradient left behind', () => {
    const fn = (x: Tensor): Tensor | undefined => {
      let leaked: Tensor | undefined
      grad((y: Tensor) => {
        leaked = exp(y)
        return sum(leaked)
      })(x)
      return leaked
    }
    expect(() => trace(fn)(vector)).toThrow(
      'trace: a tensor of a tape is used outside the function that it belongs to',
    )
  })

  it('shows what a checkpoint trades: fewer activations, a second forward pass', () => {
    const chain = (x: Tensor): Tensor => {
      let value = x
      for (let i = 0; i < 8; i++) value = exp(neg(value))
      return value
    }
    const segments = (wrap: (fn: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) =>
      cost(trace(valueAndGrad((x: Tensor) => sum(wrap(chain)(wrap(chain)(wrap(chain)(x))))))(vector))
    const plain = segments((fn) => fn)
    const saved = segments((fn) => checkpoint(fn))
    // Each exponential is kept, against one tensor between segments.
    expect(plain.activationBytes).toBe(24 * 40)
    expect(saved.activationBytes).toBe(2 * 40)
    expect(saved.peakBytes).toBeLessThan(plain.peakBytes / 2)
    expect(saved.byPhase.forward).toEqual(plain.byPhase.forward)
    expect(saved.byPhase.backward.flops).toBe(plain.byPhase.backward.flops + 3 * 8 * 2 * 10)
  })
})
