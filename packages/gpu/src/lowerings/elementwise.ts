import {
  broadcastStrides,
  type DType,
  type Op,
  ops,
  type Shape,
  sizeOf,
  type Tensor,
  useReference,
} from '@gyre/tensor'
import { elementType } from '../data-on-device.js'
import { type AnyGpuKernel, kernelFor, type Located } from '../kernel.js'
import type { ElementwiseInput } from '../program/step.js'
import * as functions from '../wgsl/functions.js'
import { stridedIndex } from './strided-index.js'

type NoOptions = Record<never, never>
type UnaryOp = Op<{ x: Tensor }, NoOptions>
type BinaryOp = Op<{ a: Tensor; b: Tensor }, NoOptions>

/** An element's value in WGSL, and the functions that it calls. */
interface Unary {
  readonly value: (x: string) => string
  readonly declarations?: readonly string[]
}

/** An input read as the output of an elementwise op needs it: repeated along the axes where it is 1 long. */
export function broadcastInput({ shape, dtype, block }: Located, outputShape: Shape): ElementwiseInput {
  const type = elementType(dtype)
  if (sizeOf(shape) === sizeOf(outputShape)) return { block, type }
  if (sizeOf(shape) === 1) return { block, type, at: () => '0' }
  return { block, type, at: (i) => stridedIndex(i, outputShape, broadcastStrides(shape, outputShape)) }
}

function unary(op: UnaryOp, kernels: { readonly [D in DType]?: Unary }): AnyGpuKernel {
  return kernelFor(op, {
    dtypes: Object.keys(kernels) as DType[],
    lower: ({ x }, _options, { output }, lowering) => {
      const { value, declarations } = kernels[x.dtype]!
      lowering.elementwise({
        name: op.name,
        count: sizeOf(x.shape),
        inputs: { x: { block: x.block, type: elementType(x.dtype) } },
        output: { block: output.block, type: elementType(output.dtype) },
        value: ({ x }) => value(x!),
        declarations,
      })
    },
  })
}

type Binary = (a: string, b: string) => string

function binary(op: BinaryOp, kernels: { readonly [D in DType]?: Binary }, result?: DType): AnyGpuKernel {
  const dtypes = Object.keys(kernels) as DType[]
  return kernelFor(op, {
    dtypes: result ? [...dtypes, result] : dtypes,
    takes: ({ a }) => dtypes.includes(a.dtype),
    lower: ({ a, b }, _options, { output }, lowering) =>
      lowering.elementwise({
        name: op.name,
        count: sizeOf(output.shape),
        inputs: { a: broadcastInput(a, output.shape), b: broadcastInput(b, output.shape) },
        output: { block: output.block, type: elementType(output.dtype) },
        value: ({ a: left, b: right }) => kernels[a.dtype]!(left!, right!),
      }),
  })
}

const comparison = (op: BinaryOp, sign: string): AnyGpuKernel => {
  const kernel: Binary = (a, b) => `select(0u, 1u, ${a} ${sign} ${b})`
  return binary(op, { float32: kernel, int32: kernel }, 'bool')
}

const operator =
  (sign: string): Binary =>
  (a, b) =>
    `${a} ${sign} ${b}`
const call =
  (name: string) =>
  (x: string): string =>
    `${name}(${x})`

export const elementwiseKernels = {
  abs: unary(ops.abs, { float32: { value: call('abs') } }),
  add: binary(ops.add, { float32: operator('+'), int32: operator('+'), complex64: operator('+') }),
  sub: binary(ops.sub, { float32: operator('-'), int32: operator('-'), complex64: operator('-') }),
  mul: binary(ops.mul, {
    float32: operator('*'),
    int32: operator('*'),
    complex64: (a, b) => `vec2<f32>(${a}.x * ${b}.x - ${a}.y * ${b}.y, ${a}.x * ${b}.y + ${a}.y * ${b}.x)`,
  }),
  div: binary(ops.div, { float32: operator('/') }),
  neg: unary(ops.neg, {
    float32: { value: (x) => `-${x}` },
    int32: { value: (x) => `-${x}` },
    complex64: { value: (x) => `-${x}` },
  }),
  exp: unary(ops.exp, { float32: { value: call('exp') } }),
  log: unary(ops.log, { float32: { value: call('log') } }),
  sqrt: unary(ops.sqrt, { float32: { value: call('sqrt') } }),
  rsqrt: unary(ops.rsqrt, { float32: { value: call('inverseSqrt') } }),
  tanh: unary(ops.tanh, { float32: { value: call('tanh_accurate'), declarations: [functions.tanh] } }),
  equal: comparison(ops.equal, '=='),
  notEqual: comparison(ops.notEqual, '!='),
  less: comparison(ops.less, '<'),
  lessEqual: comparison(ops.lessEqual, '<='),
  greater: comparison(ops.greater, '>'),
  greaterEqual: comparison(ops.greaterEqual, '>='),
  stopGradient: useReference('it is a view'),
}
