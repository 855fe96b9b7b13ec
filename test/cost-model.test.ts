import { readFileSync } from 'node:fs'
import { fourierft, vera } from '@gyre/adapters'
import { grad, valueAndGrad } from '@gyre/autograd'
import { c3a, cdvft } from '@gyre/circulant'
import { cost, costWithin, type Graph, trace } from '@gyre/graph'
import { AdamW, Linear, Module } from '@gyre/nn'
import {
  type AnyOp,
  blockCirculant,
  dispatch,
  exp,
  inPhase,
  linear,
  mean,
  mul,
  type Options,
  ops,
  type Parameter,
  type Phase,
  type Sample,
  SampleSource,
  sizeOf,
  sub,
  sum,
  type Tensor,
  type TensorRecord,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'

const document = readFileSync(new URL('../docs/cost-model.md', import.meta.url), 'utf8')

/** The table of fused ops there: which part of its composition each counts. */
const documentedParts = new Map(
  [...document.matchAll(/^\| (\w+) \| ([01]\.\d\d\S*) \|/gm)].map(([, name, part]) => [name!, part!]),
)

const fusedOps = (Object.values(ops) as unknown as AnyOp[]).filter(({ composition }) => composition)

/** What a fused op counts as a part of what its composition counts, for each of its samples. */
function fusedParts(op: AnyOp): number[] {
  return (op.samples(new SampleSource(1)) as readonly Sample<never, Options>[]).map((sample) => {
    const run = (inputs: never) => dispatch(op as never, inputs, sample.options as never)
    const compose = (inputs: TensorRecord) => op.composition!(inputs, sample.options)
    return cost(trace(run)(sample.inputs)).flops / cost(trace(compose)(sample.inputs)).flops
  })
}

describe('the FLOPs of a fused op', () => {
  for (const op of fusedOps) {
    it(`are for ${op.name} those of its composition, but for what the documentation says it skips`, () => {
      const parts = fusedParts(op)
      expect(Math.max(...parts)).toBeLessThanOrEqual(1 + 1e-12)
      const [least, most] = [Math.min(...parts), Math.max(...parts)].map((part) => part.toFixed(2))
      expect(documentedParts.get(op.name)).toBe(least === most ? least : `${least}–${most}`)
    })
  }

  it('are documented for fused ops that exist', () => {
    expect([...documentedParts.keys()]).toEqual(fusedOps.map(({ name }) => name).sort())
  })
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

describe('a training step with AdamW', () => {
  const model = new TwoLayers(inFeatures, hidden, outFeatures)
  const optimizer = new AdamW(model, { learningRate: 1e-3 })
  const graph = trace((input: Tensor) => {
    const { value, grads } = valueAndGrad(() => mean(model.forward(input)), model)()
    optimizer.step(grads)
    return value
  }, model)(x)
  const numbers = model.countParameters()

  it('counts two moments per parameter and the number of the step as state', () => {
    expect(cost(graph).state).toEqual({ count: 2 * numbers + 1, bytes: 4 * (2 * numbers + 1) })
    expect(cost(graph).parameters.count).toBe(numbers)
    expect(graph.updates).toHaveLength(3 * 4 + 1)
  })

  it('updates parameters and moments in place', () => {
    const largest = Math.max(...graph.values.map(({ spec }) => 4 * sizeOf(spec.shape)))
    const { parameters, state, activationBytes, peakBytes } = cost(graph)
    // Gradients are all alive when the update runs; parameters and moments are not there twice.
    const least = parameters.bytes + state.bytes + 4 * numbers
    expect(peakBytes).toBeGreaterThanOrEqual(least)
    expect(peakBytes).toBeLessThan(least + activationBytes + 4 * largest)
    expect(peakBytes).toBeLessThan(2 * (parameters.bytes + state.bytes))
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

describe('the closed forms of adapters, at 768 inputs and outputs', () => {
  const width = 768
  const rows = (count: number) => ({ shape: [count, width], dtype: 'float32' }) as const
  const shaped = (...shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const

  /** FLOPs of a further token, and what is left at none: the cost of a call. */
  function perTokenAndOnce(flops: (tokens: number) => number): [number, number] {
    const perToken = flops(2) - flops(1)
    return [perToken, flops(1) - perToken]
  }

  function row(name: string, parameters: number, [perToken, once]: readonly [number, number]): string {
    const numbers = [parameters, perToken, once].map((value) => Math.round(value).toLocaleString('en'))
    return `| ${name} | ${numbers.join(' | ')} |`
  }

  it('LoRA costs 2r (in + out) and the scale', () => {
    const r = 8
    const lora = (x: Tensor, a: Tensor, b: Tensor) => mul(linear(linear(x, a), b), 2)
    const costs = perTokenAndOnce(
      (tokens) => cost(trace(lora)(rows(tokens), shaped(r, width), shaped(width, r))).flops,
    )
    expect(costs).toEqual([2 * r * (width + width) + width, 0])
    expect(document).toContain(row('LoRA, r = 8', 2 * r * width, costs))
  })

  const config = { targets: [] }
  it.each([
    ['VeRA, r = 256', vera({ r: 256, ...config })],
    ['FourierFT, n = 1000, transform', fourierft({ nFrequency: 1000, form: 'transform', ...config })],
    ['FourierFT, n = 1000, sparse', fourierft({ nFrequency: 1000, form: 'sparse', ...config })],
    ['FourierFT, n = 1000, spectral', fourierft({ nFrequency: 1000, form: 'spectral', ...config })],
    ['C3A, p = 64', c3a({ blockSize: 64, ...config })],
    ['CDVFT', cdvft({ alpha: 2, ...config })],
  ])('%s costs what its formula and the document say', (name, method) => {
    const site = { path: 'layer', target: 'layer', inFeatures: width, outFeatures: width }
    const declared = { ...method.sharedParameters([site]), ...method.parameters(site) }
    const specs = Object.values(declared).map(({ shape, dtype = 'float32' }) => ({ shape, dtype }))
    const delta = (x: Tensor, ...values: Tensor[]) =>
      method.delta(site, Object.fromEntries(Object.keys(declared).map((key, i) => [key, values[i]!])), x)
    const costs = perTokenAndOnce((tokens) => cost(trace(delta)(rows(tokens), ...specs)).flops)
    expect(method.flops(site, 5)).toBeCloseTo(5 * costs[0] + costs[1], 3)
    expect(document).toContain(row(name, method.parameterCount(site), costs))
  })

  for (const p of [64, 768]) {
    it(`a block-circulant product costs its transforms and products (p = ${p})`, () => {
      const k = width / p
      const q = width / p
      const transform = 2.5 * p * Math.log2(p)
      const products = 8 * q * k * (Math.floor(p / 2) + 1)
      const [perToken, once] = perTokenAndOnce(
        (tokens) => cost(trace(blockCirculant)(rows(tokens), shaped(q, k, p))).flops,
      )
      expect(perToken).toBeCloseTo((k + q) * transform + products, 6)
      expect(once).toBeCloseTo(q * k * transform, 6)
      expect(document).toContain(row(`BCA, p = ${p}`, q * k * p, [perToken, once]))
    })

    it(`its gradients cost what the document says (p = ${p})`, () => {
      const [k, q, tokens] = [width / p, width / p, 5]
      const step = (x: Tensor, c: Tensor) => grad((a: Tensor, b: Tensor) => sum(blockCirculant(a, b)))(x, c)
      const { byOp } = cost(trace(step)(rows(tokens), shaped(q, k, p)))
      const transforms = (tokens * (k + q) + 2 * q * k) * 2.5 * p * Math.log2(p)
      const products = 16 * tokens * q * k * (Math.floor(p / 2) + 1)
      expect(byOp.get('blockCirculantBackward')?.flops).toBeCloseTo(transforms + products, 6)
    })
  }
})

/** Whether nobody has drawn the numbers: then no backend holds them. */
function isUntouched(parameter: Parameter): boolean {
  return parameter.value.backend === undefined
}
