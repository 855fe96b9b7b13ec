import { queryObjects } from 'node:v8'
import { add, exp, mul, neg, Parameter, scope, sum, Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { checkpoint } from './checkpoint.js'
import { grad, valueAndGrad, vjp } from './grad.js'

const float64 = { dtype: 'float64' } as const

function numbers(value: Tensor): number[] {
  return [...value.dataSync()]
}

/** The paths' gradients are added in another order, so the last bit may differ. */
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 12)
  })
}

function parameter(values: readonly number[]): Parameter {
  const spec = { shape: [values.length], dtype: 'float64' } as const
  return new Parameter(spec, () => Float64Array.from(values)) as unknown as Parameter
}

describe('checkpoint', () => {
  const block = (x: Tensor, y: Tensor): Tensor => exp(neg(mul(mul(x, x), y)))
  const x = tensor([0.5, 1, 2], float64) as Tensor
  const y = tensor([1, 2, 3], float64) as Tensor

  it('gives the same value and gradients', () => {
    const plain = valueAndGrad((a: Tensor, b: Tensor) => sum(mul(block(a, b), a)))(x, y)
    const saved = valueAndGrad((a: Tensor, b: Tensor) => sum(mul(checkpoint(block)(a, b), a)))(x, y)
    expect(numbers(saved.value)).toEqual(numbers(plain.value))
    expectClose(saved.grad.flatMap(numbers), plain.grad.flatMap(numbers))
  })

  it('calls the function once for the value and once more for the gradient', () => {
    let calls = 0
    const counted = checkpoint((a: Tensor) => {
      calls++
      return exp(a)
    })
    counted(x)
    expect(calls).toBe(1)
    grad((a: Tensor) => sum(counted(a)))(x)
    expect(calls).toBe(3)
  })

  it('calls it once when nothing in it is differentiated', () => {
    let calls = 0
    const counted = checkpoint((a: Tensor) => {
      calls++
      return exp(a)
    })
    grad((a: Tensor) => sum(mul(a, counted(y))))(x)
    expect(calls).toBe(1)
  })

  it('gives parameters that the function reads their gradients', () => {
    const weight = parameter([1, 2, 3])
    const module = { namedParameters: () => [['weight', weight]] as const }
    const layer = (a: Tensor): Tensor => exp(neg(mul(a, mul(weight.value, weight.value))))
    const gradient = (fn: (a: Tensor) => Tensor) =>
      numbers(valueAndGrad(() => sum(mul(fn(x), weight.value)), module)().grads.get('weight')!)
    expectClose(gradient(checkpoint(layer)), gradient(layer))
  })

  it('recomputes with the parameters that it read, also when they were assigned meanwhile', () => {
    const frozen = parameter([1, 2, 3])
    const { pullback } = vjp(checkpoint((a: Tensor) => mul(mul(a, a), frozen.value)))(x)
    frozen.assign(tensor([100, 100, 100], float64))
    expect(numbers(pullback(tensor([1, 1, 1], float64))[0])).toEqual([1, 4, 12])
  })

  it('nests, and can be differentiated twice', () => {
    const inner = checkpoint((a: Tensor) => mul(a, a))
    const outer = checkpoint((a: Tensor) => mul(inner(a), inner(inner(a))))
    const second = grad((a: Tensor) => sum(grad((b: Tensor) => sum(outer(b)))(a)))
    // f = x⁶: f″ = 30x⁴
    expect(numbers(second(tensor([1, 2], float64)))).toEqual([30, 480])
  })

  it('works around a scope of its own', () => {
    const scoped = checkpoint((a: Tensor) => scope(() => exp(mul(a, a))))
    expect(numbers(grad((a: Tensor) => sum(scoped(a)))(tensor([0, 1], float64)))).toEqual([0, 2 * Math.E])
  })

  it('refuses to lose a gradient through a captured tensor', () => {
    const fn = (a: Tensor): Tensor => {
      const captured = exp(a)
      return sum(checkpoint((b: Tensor) => mul(b, captured))(a))
    }
    expect(() => grad(fn)(x)).toThrow(
      'checkpoint: the function captures a tensor that depends on what is differentiated; pass it as an argument',
    )
  })

  it('keeps no intermediate values', () => {
    const chain = (a: Tensor): Tensor => {
      let value = a
      for (let i = 0; i < 50; i++) value = add(exp(neg(value)), a)
      return value
    }
    const aliveAfter = (fn: (a: Tensor) => Tensor): number => {
      let alive = 0
      const before = queryObjects(Tensor, { format: 'count' })
      grad((a: Tensor) => {
        const value = sum(fn(a))
        alive = queryObjects(Tensor, { format: 'count' }) - before
        return value
      })(x)
      return alive
    }
    expect(aliveAfter(chain)).toBeGreaterThan(150)
    expect(aliveAfter(checkpoint(chain))).toBeLessThan(20)
  })
})
