import { defineOp, dispatch, exp, GradientError, mul, randn, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { gradcheck } from './gradcheck.js'

/** x³, with a gradient whose factor the options give: 3 is right. */
const cubeOp = defineOp<{ x: Tensor }, { factor: number }>()({
  name: 'cube',
  doc: { summary: 'The third power.' },
  shape: ({ x }) => ({ output: x }),
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < x.data.length; i++) output.data[i] = x.data[i]! ** 3
  },
  vjp: ({ inputs: { x }, options: { factor }, grads }) => ({
    x: () => mul(mul(grads.output, mul(x, x)), factor),
  }),
  cost: () => ({ flops: 0 }),
  samples: () => [],
})
const cube = (factor: number) => (x: Tensor) => dispatch(cubeOp, { x }, { factor }).output

describe('gradcheck', () => {
  const x = randn([2, 3], { seed: 1, dtype: 'float64' })

  it('returns the error of a right gradient, which is small', () => {
    expect(gradcheck(cube(3), [x])).toBeLessThan(1e-9)
  })

  it('finds an error of one in ten thousand, and says where', () => {
    expect(() => gradcheck(cube(3.0003), [x])).toThrow(GradientError)
    expect(() => gradcheck(cube(3.0003), [x])).toThrow(
      /^gradcheck: input 0 \[2, 3\] at number \d: the gradient says .*, finite differences say .*tolerance 1e-6/,
    )
  })

  it('finds it along random directions too, at the cost of a few', () => {
    const large = randn([40, 40], { seed: 2, dtype: 'float64' })
    expect(gradcheck(cube(3), [large], { directions: 2 })).toBeLessThan(1e-6)
    expect(() => gradcheck(cube(3.0003), [large], { directions: 2 })).toThrow('gradcheck: direction 0')
  })

  it('does not take NaN for agreement', () => {
    expect(() => gradcheck(cube(Number.NaN), [x])).toThrow('the gradient says NaN')
  })

  it('checks complex numbers as pairs, and several results', () => {
    const z = tensor([1, 2, 3, -4], { shape: [2], dtype: 'complex128' })
    expect(gradcheck((a, b) => [mul(a!, a!), exp(b!)], [z, x])).toBeLessThan(1e-6)
  })

  it('wants double precision', () => {
    expect(() => gradcheck((a) => exp(a!), [tensor([1])])).toThrow(
      'gradcheck: input 0 is float32; expected float64 or complex128',
    )
  })
})
