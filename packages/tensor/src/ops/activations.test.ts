import { expect, test } from 'vitest'
import { tensor } from '../create.js'
import type { TensorSpec } from '../tensor.js'
import { gelu, geluOp } from './gelu.js'
import { relu } from './relu.js'
import { sigmoid, sigmoidOp } from './sigmoid.js'
import { silu, siluOp } from './silu.js'

const far = tensor([-1000, 1000])

test('activations reach their limits without overflow', () => {
  expect([...sigmoid(far).dataSync()]).toEqual([0, 1])
  expect([...silu(far).dataSync()].map(Math.abs)).toEqual([0, 1000])
  expect([...gelu(far).dataSync()].map(Math.abs)).toEqual([0, 1000])
  expect([...gelu(far, { approximate: 'tanh' }).dataSync()].map(Math.abs)).toEqual([0, 1000])
  expect([...relu(far).dataSync()]).toEqual([0, 1000])
})

test('the two forms of gelu differ, and by less than a thousandth', () => {
  const x = tensor([-3, -1, -0.5, 0.5, 1, 3], { dtype: 'float64' })
  const exact = gelu(x).dataSync()
  const approximate = gelu(x, { approximate: 'tanh' }).dataSync()
  const differences = [...exact].map((value, i) => Math.abs(value - approximate[i]!))
  expect(Math.min(...differences)).toBeGreaterThan(0)
  expect(Math.max(...differences)).toBeLessThan(1e-3)
})

test('activations cost the symbols of their formulas', () => {
  const x: TensorSpec = { shape: [10], dtype: 'float32' }
  expect(sigmoidOp.cost({ x }, {}, { output: x }).flops).toBe(40)
  expect(siluOp.cost({ x }, {}, { output: x }).flops).toBe(40)
  expect(geluOp.cost({ x }, { approximate: 'none' }, { output: x }).flops).toBe(50)
  expect(geluOp.cost({ x }, { approximate: 'tanh' }, { output: x }).flops).toBe(90)
})
