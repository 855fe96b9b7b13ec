import v8 from 'node:v8'
import {
  type AnyOp,
  type DType,
  type Op,
  ops,
  SampleSource,
  type Shape,
  sizeOf,
  type Tensor,
  type TensorSpec,
  tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'
import { EncodedProgram, MemoryBlock } from '../command.js'
import { Constants } from '../constants.js'
import { Engine } from '../engine/engine.js'
import { chooseKernels } from '../engine/features.js'
import type { AnyWasmKernel } from '../kernel.js'
import { Recorder } from '../recorder.js'
import { elementwiseKernels } from './elementwise.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const sizes: readonly Shape[] = [[], [1], [3], [7, 5], [0], [2, 0, 3], [33_003]]

/** Pairs of shapes that broadcast in every way that the kernels know, and in some that they do not. */
const pairs: readonly (readonly [Shape, Shape])[] = [
  [[5, 7], [7]],
  [[7], [5, 7]],
  [[5, 7], []],
  [[1], [5, 7]],
  [
    [5, 7],
    [5, 1],
  ],
  [
    [5, 1],
    [1, 7],
  ],
  [
    [3, 1, 6],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [3, 1, 5, 1],
    [1, 4, 1, 2],
  ],
  [
    [2, 1, 3, 9],
    [2, 4, 3, 9],
  ],
  [[0, 3], [3]],
  [[300, 100], [100]],
  [
    [300, 100],
    [300, 1],
  ],
  [
    [1, 1],
    [1, 1],
  ],
]

type Unary = Op<{ x: Tensor }, Record<never, never>>
type Binary = Op<{ a: Tensor; b: Tensor }, Record<never, never>>
const unaryOps: readonly Unary[] = [
  ops.abs,
  ops.neg,
  ops.exp,
  ops.tanh,
  ops.erf,
  ops.sigmoid,
  ops.relu,
  ops.silu,
]
const positiveOps: readonly Unary[] = [ops.log, ops.sqrt, ops.rsqrt]
const binaryOps: readonly Binary[] = [ops.add, ops.sub, ops.mul, ops.div, ops.maximum, ops.minimum]
const comparisons: readonly Binary[] = [
  ops.equal,
  ops.notEqual,
  ops.less,
  ops.lessEqual,
  ops.greater,
  ops.greaterEqual,
]
const special = tensor([0, -0, NaN, Infinity, -Infinity, 1e-45, -1e-45, 3e38, -3e38, 1, -1])

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const source = new SampleSource(1, 'float32')

  it.each(sizes.map((shape) => ({ shape })))('functions of one tensor of $shape', ({ shape }) => {
    for (const op of unaryOps) expectLikeReference(backends, op, { x: source.normal(shape, 3) }, {})
    for (const op of positiveOps) expectLikeReference(backends, op, { x: source.between(shape, 0.01, 9) }, {})
    expectLikeReference(backends, ops.neg, { x: source.integers(shape, 1000) }, {})
    expectLikeReference(backends, ops.neg, { x: source.complex(shape) }, {})
  })

  // One number alone might be the small difference of large ones.
  const several = sizes.filter((shape) => sizeOf(shape) !== 1)
  it.each(several.map((shape) => ({ shape })))('activations and their gradients of $shape', ({ shape }) => {
    const [grad, x] = [source.normal(shape), source.normal(shape, 3)]
    expectLikeReference(backends, ops.siluBackward, { grad, x }, {})
    for (const approximate of ['none', 'tanh'] as const) {
      expectLikeReference(backends, ops.gelu, { x }, { approximate })
      expectLikeReference(backends, ops.geluBackward, { grad, x }, { approximate })
    }
  })

  const equalPairs = sizes.map((size): readonly [Shape, Shape] => [size, size])
  it.each([...pairs, ...equalPairs])('two tensors of %j and %j', (first, second) => {
    const [a, b] = [source.normal(first), source.between(second)]
    for (const op of binaryOps) expectLikeReference(backends, op, { a, b }, {})
    const whole = { a: source.integers(first, 4), b: source.integers(second, 4) }
    const floats = { a: source.distinct(first), b: source.distinct(second) }
    for (const op of comparisons) {
      expectLikeReference(backends, op, whole, {})
      expectLikeReference(backends, op, floats, {})
    }
    for (const op of [ops.add, ops.sub, ops.mul, ops.maximum, ops.minimum]) {
      expectLikeReference(backends, op as Binary, whole, {})
    }
    const complex = { a: source.complex(first), b: source.complex(second) }
    for (const op of [ops.add, ops.sub]) expectLikeReference(backends, op, complex, {})
  })

  it.each(pairs)('where, with %j and %j', (first, second) => {
    const all = [source.booleans(first), source.booleans(second)]
    for (const condition of all) {
      const choices = { condition, a: source.normal(second), b: source.normal(first) }
      expectLikeReference(backends, ops.where, choices, {})
      const scalar = { condition, a: source.integers(second, 9), b: source.integers([], 9) }
      expectLikeReference(backends, ops.where, scalar, {})
    }
  })

  it.each(sizes.map((shape) => ({ shape })))('casts of $shape', ({ shape }) => {
    const tensors = [source.normal(shape, 1000), source.integers(shape, 3), source.booleans(shape)]
    for (const x of tensors) {
      for (const dtype of ['float32', 'int32', 'bool'] satisfies DType[]) {
        if (x.dtype !== dtype) expectLikeReference(backends, ops.cast, { x }, { dtype })
      }
    }
  })

  it('treats numbers at the ends of float32 as the reference does', () => {
    for (const op of [...unaryOps, ...positiveOps]) {
      if (op.name !== 'exp') expectLikeReference(backends, op, { x: special }, {}, 1e-6)
    }
    const columns = tensor([...special.dataSync()], { shape: [special.size, 1] })
    for (const op of [ops.add, ops.sub, ops.maximum, ops.minimum, ...comparisons]) {
      const finite = tensor([0, -0, NaN, Infinity, -Infinity, 1e-45, 1, -1])
      expectLikeReference(backends, op as Binary, { a: columns, b: finite }, {})
    }
    const edges = tensor([
      NaN,
      Infinity,
      -Infinity,
      2 ** 31,
      -(2 ** 31),
      3e9,
      -3e9,
      2 ** 40 + 2 ** 20,
      1e30,
      -0.9,
    ])
    expectLikeReference(backends, ops.cast, { x: edges }, { dtype: 'int32' as DType })
    expectLikeReference(backends, ops.cast, { x: edges }, { dtype: 'bool' as DType })
  })
})

describe('in place', async () => {
  const engine = await Engine.create(chooseKernels())

  /** Runs an op whose result lies where one of its inputs lies, or nowhere near, and gives the result. */
  function run(op: AnyOp, kernel: AnyWasmKernel, inputs: Record<string, Tensor>, over?: string): Buffer {
    const blockOf = (size: number) => {
      const block = new MemoryBlock(4 * size)
      block.address = engine.heap.allocate(Math.max(block.bytes, 64))
      return block
    }
    const located = Object.entries(inputs).map(([name, value]) => {
      const { shape, dtype, size } = value
      const block = blockOf(size)
      new Float32Array(engine.buffer, block.address, size).set(value.dataSync() as Float32Array)
      return [name, { shape, dtype, block, used: true }] as const
    })
    const given = Object.fromEntries(located)
    const { output } = op.shape(inputs, { approximate: 'none' }) as unknown as { output: TensorSpec }
    const block = over ? given[over]!.block : blockOf(sizeOf(output.shape))
    const recorder = new Recorder(new Constants(engine))
    const result = { shape: output.shape, dtype: 'float32', block, used: true } as const
    kernel.lower(given, { approximate: 'none' }, { output: result }, recorder)
    for (const workspace of recorder.workspaces) {
      workspace.block.address = engine.heap.allocate(workspace.block.bytes)
    }
    const program = new EncodedProgram(recorder.takeCommands())
    const address = engine.heap.allocate(program.bytes)
    program.write(engine.buffer, address)
    engine.run(program, address, recorder.scratchBytes)
    return Buffer.from(new Uint8Array(engine.buffer, block.address, 4 * sizeOf(output.shape)).slice())
  }

  const source = new SampleSource(3, 'float32')
  const [rows, columns] = [301, 99]
  const broadcast = [[rows, columns], [columns], [rows, 1], []]

  for (const [name, kernel] of Object.entries(elementwiseKernels)) {
    const op = ops[name as keyof typeof elementwiseKernels] as unknown as AnyOp
    if ('useReference' in kernel || name === 'where' || name === 'cast') continue
    const sample = op.samples(new SampleSource(1, 'float32'))[0]!
    const names = Object.keys(sample.inputs)
    const results = op.shape(sample.inputs as never, sample.options) as unknown as { output: TensorSpec }
    if (results.output.dtype === 'bool') continue
    it(`${name} gives the same bytes`, () => {
      for (const over of names) {
        for (const shape of names.includes('b') ? broadcast : broadcast.slice(0, 1)) {
          const inputs = Object.fromEntries(
            names.map((each) => [each, source.between(each === over ? [rows, columns] : shape)]),
          )
          expect(run(op, kernel, inputs, over).equals(run(op, kernel, inputs)), shape.join()).toBe(true)
        }
      }
    })
  }
})
