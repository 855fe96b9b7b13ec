import {
  add,
  conj,
  defineOp,
  dispatch,
  exp,
  GradientError,
  layerNorm,
  matmul,
  mul,
  neg,
  type Parameter,
  Parameter as ParameterClass,
  randn,
  ScopeError,
  scope,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { grad, valueAndGrad, vjp } from './grad.js'

const float64 = { dtype: 'float64' } as const

function numbers(value: Tensor): number[] {
  return [...value.dataSync()]
}

function parameter(values: readonly number[], trainable = true): Parameter {
  const spec = { shape: [values.length], dtype: 'float64', trainable } as const
  return new ParameterClass(spec, () => Float64Array.from(values)) as unknown as Parameter
}

function moduleOf(parameters: Record<string, Parameter>) {
  return { namedParameters: () => Object.entries(parameters) }
}

/** x³, summed: gradient 3x², second derivative 6x. */
const cubes = (x: Tensor): Tensor => sum(mul(mul(x, x), x))

describe('grad', () => {
  it('gives the gradient of one argument', () => {
    expect(numbers(grad(cubes)(tensor([1, 2, -3], float64)))).toEqual([3, 12, 27])
  })

  it('gives a tuple for several arguments', () => {
    const [a, b] = grad((x: Tensor, y: Tensor) => sum(mul(x, exp(y))))(
      tensor([2, 3], float64),
      tensor([0, 0], float64),
    )
    expect(numbers(a)).toEqual([1, 1])
    expect(numbers(b)).toEqual([2, 3])
  })

  it('adds up what arrives over several paths', () => {
    // y = x², used twice: d/dx (y·y + y) = 4x³ + 2x
    const fn = (x: Tensor): Tensor => {
      const y = mul(x, x)
      return sum(add(mul(y, y), y))
    }
    expect(numbers(grad(fn)(tensor([3], float64)))).toEqual([4 * 27 + 6])
  })

  it('is zero for an argument that the function does not use', () => {
    const [, unused] = grad((x: Tensor, _y: Tensor) => sum(x))(tensor([1]), tensor([[1, 2]]))
    expect(unused.shape).toEqual([1, 2])
    expect(numbers(unused)).toEqual([0, 0])
  })

  it('treats captured tensors as constants', () => {
    const scale = tensor([2, 5], float64)
    expect(numbers(grad((x: Tensor) => sum(mul(x, scale)))(tensor([1, 1], float64)))).toEqual([2, 5])
  })

  it('passes no gradient through stopGradient', () => {
    const fn = (x: Tensor): Tensor => sum(mul(stopGradient(mul(x, x)), x))
    expect(numbers(grad(fn)(tensor([3], float64)))).toEqual([9])
    expect(numbers(grad((x: Tensor) => sum(grad(fn)(x)))(tensor([3], float64)))).toEqual([0])
  })

  it('differentiates its own result', () => {
    const second = grad((x: Tensor) => sum(grad(cubes)(x)))
    const third = grad((x: Tensor) => sum(second(x)))
    expect(numbers(second(tensor([1, 2], float64)))).toEqual([6, 12])
    expect(numbers(third(tensor([1, 2], float64)))).toEqual([6, 6])
  })

  it('gives a Hessian-vector product that finite differences of the gradient confirm', () => {
    const weight = randn([4, 4], { seed: 1, dtype: 'float64' }) as Tensor
    const scales = tensor([1, 2, 3, 4], float64) as Tensor
    const fn = (x: Tensor): Tensor => {
      const rows = layerNorm(matmul(x, weight), scales, scales)
      return sum(mul(exp(neg(mul(rows, rows))), x))
    }
    const x = randn([3, 4], { seed: 2, dtype: 'float64' }) as Tensor
    const v = randn([3, 4], { seed: 3, dtype: 'float64' }) as Tensor
    const product = numbers(grad((at: Tensor) => sum(mul(grad(fn)(at), v)))(x))
    const step = 1e-5
    const ahead = numbers(grad(fn)(add(x, mul(v, step))))
    const behind = numbers(grad(fn)(sub(x, mul(v, step))))
    product.forEach((value, i) => {
      expect(value).toBeCloseTo((ahead[i]! - behind[i]!) / (2 * step), 6)
    })
  })

  it('needs a function whose value is one real number', () => {
    expect(() => grad((x: Tensor) => exp(x))(tensor([1, 2]))).toThrow(
      'a gradient needs a real scalar; the function returned float32 [2]',
    )
    const z = tensor([[1, 2]], { dtype: 'complex64' })
    expect(() => grad((x: Tensor) => sum(x))(z)).toThrow(
      'a gradient needs a real scalar; the function returned complex64 []',
    )
  })

  it('needs arguments with a slope', () => {
    expect(() => grad((x: Tensor) => x)(tensor(3, { dtype: 'int32' }))).toThrow(
      'a gradient needs real or complex floating-point numbers, not int32',
    )
    expect(() => grad((x: Tensor) => x)(3 as unknown as Tensor)).toThrow(
      'argument 0 is not a tensor; capture it instead',
    )
  })
})

describe('vjp', () => {
  it('gives a value of any shape and its pullback', () => {
    const { value, pullback } = vjp((a: Tensor, b: Tensor) => matmul(a, b))(
      tensor([[1, 2]], float64),
      tensor([[3], [4]], float64),
    )
    expect(numbers(value)).toEqual([11])
    const [a, b] = pullback(tensor([[10]], float64))
    expect(numbers(a)).toEqual([30, 40])
    expect(numbers(b)).toEqual([10, 20])
  })

  it('takes d/dre + i·d/dim for the gradient of a complex number', () => {
    // f(z) = re(conj(g)·z·w), as a function of re z and im z, has the gradient g·conj(w).
    const w = tensor([[3, 4]], { dtype: 'complex128' })
    const { pullback } = vjp((z: Tensor) => mul(z, w))(tensor([[1, 2]], { dtype: 'complex128' }))
    expect(numbers(pullback(tensor([[1, 0]], { dtype: 'complex128' }))[0])).toEqual([3, -4])
    const conjugate = vjp((z: Tensor) => conj(z))(tensor([[1, 2]], { dtype: 'complex128' }))
    expect(numbers(conjugate.pullback(tensor([[5, 7]], { dtype: 'complex128' }))[0])).toEqual([5, -7])
  })

  it('compares the gradient that it is given with the value', () => {
    const at = (): ReturnType<ReturnType<typeof vjp<[Tensor]>>> => vjp((x: Tensor) => exp(x))(tensor([1, 2]))
    expect(() => at().pullback(tensor([1, 2, 3]))).toThrow(
      'pullback: the value is float32 [2], its gradient float32 [3]',
    )
    expect(() => at().pullback(tensor([1, 2], float64))).toThrow(
      'pullback: the value is float32 [2], its gradient float64 [2]',
    )
  })

  it('has a pullback that works once and says so', () => {
    const { pullback } = vjp(cubes)(tensor([1, 2], float64))
    pullback(tensor(1, float64))
    expect(() => pullback(tensor(1, float64))).toThrow(
      'a pullback can be called once; call vjp again for another',
    )
  })
})

describe('valueAndGrad of a module', () => {
  it('gives the value and the gradient of every trainable parameter under its name', () => {
    const weight = parameter([1, 2])
    const frozen = parameter([3, 4], false)
    const step = valueAndGrad(
      (x: Tensor) => sum(mul(mul(weight.value, frozen.value), x)),
      moduleOf({ 'layer.weight': weight, 'layer.frozen': frozen }),
    )
    const { value, grads } = step(tensor([10, 100], float64))
    expect(numbers(value)).toEqual([830])
    expect([...grads.keys()]).toEqual(['layer.weight'])
    expect(numbers(grads.get('layer.weight')!)).toEqual([30, 400])
  })

  it('adds up the gradients of a parameter that is read twice', () => {
    const shared = parameter([3])
    const { grads } = valueAndGrad(() => sum(mul(shared.value, shared.value)), moduleOf({ shared }))()
    expect(numbers(grads.get('shared')!)).toEqual([6])
  })

  it('gives zeros for a parameter that the function does not read', () => {
    const used = parameter([1])
    const unused = parameter([1, 2])
    const { grads } = valueAndGrad(() => sum(used.value), moduleOf({ used, unused }))()
    expect(numbers(grads.get('unused')!)).toEqual([0, 0])
  })

  it('takes arguments of any kind', () => {
    const weight = parameter([2])
    const step = valueAndGrad(
      (batch: { x: Tensor }, power: number) => sum(mul(mul(weight.value, batch.x), power)),
      moduleOf({ weight }),
    )
    expect(numbers(step({ x: tensor([5], float64) }, 7).grads.get('weight')!)).toEqual([35])
  })

  it('differentiates the gradient of a parameter, for the parameter', () => {
    const weight = parameter([1, 2])
    const module = moduleOf({ weight })
    const penalty = (): Tensor => {
      const { grads } = valueAndGrad(() => cubes(weight.value), module)()
      return sum(mul(grads.get('weight')!, grads.get('weight')!))
    }
    // d/dw (3w²)² = 36w³
    expect(numbers(valueAndGrad(penalty, module)().grads.get('weight')!)).toEqual([36, 288])
  })

  it('refuses to let the function assign parameters', () => {
    const weight = parameter([1])
    const step = valueAndGrad(() => {
      weight.assign(tensor([2], float64))
      return sum(weight.value)
    }, moduleOf({ weight }))
    expect(() => step()).toThrow(
      'a parameter cannot be assigned inside a function that is being differentiated',
    )
  })
})

describe('the lifetime of what a gradient makes', () => {
  it('lets parameters that it is the first to read live on', () => {
    const weight = parameter([3])
    valueAndGrad(() => sum(weight.value), moduleOf({ weight }))()
    expect(numbers(weight.value)).toEqual([3])
  })

  it('ends temporaries with the call, and says so when one is used', () => {
    let temporary: Tensor | undefined
    const { value, grad: gradient } = valueAndGrad((x: Tensor) => {
      temporary = exp(x)
      return sum(temporary)
    })(tensor([0, 0]))
    expect(() => temporary!.dataSync()).toThrow(ScopeError)
    expect(numbers(value)).toEqual([2])
    expect(numbers(gradient)).toEqual([1, 1])
  })

  it('returns living tensors from scopes inside the function', () => {
    const { value, grad: gradient } = valueAndGrad((x: Tensor) => scope(() => sum(exp(x))))(tensor([0, 0]))
    expect(numbers(value)).toEqual([2])
    expect(numbers(gradient)).toEqual([1, 1])
    const second = valueAndGrad((x: Tensor) => grad(cubes)(x))(tensor(2, float64))
    expect(numbers(second.value)).toEqual([12])
    expect(numbers(second.grad)).toEqual([12])
  })

  it('keeps what a pullback needs until it was called', () => {
    const { pullback } = vjp((x: Tensor) => scope(() => exp(mul(x, x))))(tensor([0], float64))
    expect(numbers(pullback(tensor([1], float64))[0])).toEqual([0])
  })
})

/** Doubles x; its gradient is deliberately wrong in the way that `options.wrong` says. */
const doubleOp = defineOp<{ x: Tensor }, { wrong: string }>()({
  name: 'double',
  doc: { summary: 'Twice x.' },
  shape: ({ x }) => ({ output: x }),
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < x.data.length; i++) output.data[i] = 2 * x.data[i]!
  },
  vjp: ({ options, grads }) => ({
    x: () => (options.wrong === 'shape' ? sum(grads.output) : tensor([1, 2], float64)),
  }),
  cost: () => ({ flops: 0 }),
  samples: () => [],
})

describe('an op whose gradient is wrong', () => {
  it('is named, with its input, when the gradient has another shape or dtype', () => {
    const fn = (wrong: string) => (x: Tensor) => sum(dispatch(doubleOp, { x }, { wrong }).output)
    const x = tensor([1, 2])
    expect(() => grad(fn('shape'))(x)).toThrow(
      'double: the gradient for x is float32 [], but x is float32 [2]',
    )
    expect(() => grad(fn('dtype'))(x)).toThrow(
      'double: the gradient for x is float64 [2], but x is float32 [2]',
    )
    expect(() => grad(fn('shape'))(x)).toThrow(GradientError)
  })
})
