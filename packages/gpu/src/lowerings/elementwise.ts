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
import { elementType, gpuDTypes } from '../data-on-device.js'
import { type AnyGpuKernel, kernelFor, type Located, type Lowering } from '../kernel.js'
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
    lower: ({ x }, _options, { output }, lowering) =>
      lowerUnary(lowering, op.name, x, output, kernels[x.dtype]!),
  })
}

function lowerUnary(
  lowering: Lowering,
  name: string,
  x: Located,
  output: Located,
  { value, declarations = [] }: Unary,
): void {
  lowering.elementwise({
    name,
    count: sizeOf(x.shape),
    inputs: { x: { block: x.block, type: elementType(x.dtype) } },
    output: { block: output.block, type: elementType(output.dtype) },
    value: ({ x: element }) =>
      x.dtype === 'float32' && output.dtype === 'float32'
        ? `keep_nan(${value(element!)}, ${element})`
        : value(element!),
    declarations: [functions.keepNaN, ...declarations],
  })
}

/** grad times the slope at x. */
function lowerSlope(
  lowering: Lowering,
  name: string,
  { grad, x }: { readonly grad: Located; readonly x: Located },
  output: Located,
  { value, declarations = [] }: Unary,
): void {
  lowering.elementwise({
    name,
    count: sizeOf(x.shape),
    inputs: { grad: { block: grad.block, type: 'f32' }, x: { block: x.block, type: 'f32' } },
    output: { block: output.block, type: 'f32' },
    value: ({ grad, x }) => `${grad} * keep_nan(${value(x!)}, ${x})`,
    declarations: [functions.keepNaN, ...declarations],
  })
}

/** Towards zero for whole numbers; whether it is another number than 0 for bool. */
function castTo(dtype: DType, from: DType, x: string): string {
  if (dtype === from) return x
  if (dtype !== 'bool') return `${elementType(dtype)}(${x})`
  return `select(0u, 1u, ${x} != ${elementType(from)}())`
}

type Binary = (a: string, b: string) => string

function binary(
  op: BinaryOp,
  kernels: { readonly [D in DType]?: Binary },
  { result, declarations }: { readonly result?: DType; readonly declarations?: readonly string[] } = {},
): AnyGpuKernel {
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
        declarations,
      }),
  })
}

const comparison = (op: BinaryOp, sign: string): AnyGpuKernel => {
  const kernel: Binary = (a, b) => `select(0u, 1u, ${a} ${sign} ${b})`
  return binary(op, { float32: kernel, int32: kernel }, { result: 'bool' })
}

/** NaN where either is NaN, as in JavaScript. */
function extreme(op: BinaryOp, name: 'max' | 'min'): AnyGpuKernel {
  return binary(
    op,
    {
      float32: (a, b) => `keep_nan(keep_nan(${name}(${a}, ${b}), ${a}), ${b})`,
      int32: (a, b) => `${name}(${a}, ${b})`,
    },
    { declarations: [functions.keepNaN] },
  )
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
  maximum: extreme(ops.maximum, 'max'),
  minimum: extreme(ops.minimum, 'min'),
  exp: unary(ops.exp, { float32: { value: call('exp') } }),
  log: unary(ops.log, { float32: { value: call('log') } }),
  sqrt: unary(ops.sqrt, { float32: { value: call('sqrt') } }),
  rsqrt: unary(ops.rsqrt, { float32: { value: call('inverseSqrt') } }),
  sin: unary(ops.sin, {
    float32: { value: (x) => `sine_and_cosine(${x}).x`, declarations: [functions.sineAndCosine] },
  }),
  cos: unary(ops.cos, {
    float32: { value: (x) => `sine_and_cosine(${x}).y`, declarations: [functions.sineAndCosine] },
  }),
  tanh: unary(ops.tanh, { float32: { value: call('tanh_accurate'), declarations: [functions.tanh] } }),
  erf: unary(ops.erf, { float32: { value: call('error_function'), declarations: [functions.erf] } }),
  sigmoid: unary(ops.sigmoid, { float32: { value: call('sigmoid'), declarations: [functions.sigmoid] } }),
  relu: unary(ops.relu, { float32: { value: (x) => `select(${x}, 0.0, ${x} < 0.0)` } }),
  silu: unary(ops.silu, {
    float32: { value: (x) => `${x} * sigmoid(${x})`, declarations: [functions.sigmoid] },
  }),
  siluBackward: kernelFor(ops.siluBackward, {
    dtypes: ['float32'],
    lower: (inputs, _options, { output }, lowering) =>
      lowerSlope(lowering, 'siluBackward', inputs, output, {
        value: call('silu_slope'),
        declarations: [functions.sigmoid, functions.siluSlope],
      }),
  }),
  gelu: kernelFor(ops.gelu, {
    dtypes: ['float32'],
    lower: ({ x }, { approximate }, { output }, lowering) =>
      lowerUnary(
        lowering,
        'gelu',
        x,
        output,
        approximate === 'tanh'
          ? { value: call('gelu_tanh'), declarations: [functions.sigmoid, functions.geluTanh] }
          : { value: call('gelu'), declarations: [functions.erf, functions.gelu] },
      ),
  }),
  geluBackward: kernelFor(ops.geluBackward, {
    dtypes: ['float32'],
    lower: (inputs, { approximate }, { output }, lowering) =>
      lowerSlope(
        lowering,
        'geluBackward',
        inputs,
        output,
        approximate === 'tanh'
          ? { value: call('gelu_tanh_slope'), declarations: [functions.sigmoid, functions.geluTanhSlope] }
          : { value: call('gelu_slope'), declarations: [functions.erf, functions.geluSlope] },
      ),
  }),
  where: kernelFor(ops.where, {
    dtypes: ['float32', 'int32', 'bool', 'complex64'],
    lower: ({ condition, a, b }, _options, { output }, lowering) =>
      lowering.elementwise({
        name: 'where',
        count: sizeOf(output.shape),
        inputs: {
          condition: broadcastInput(condition, output.shape),
          a: broadcastInput(a, output.shape),
          b: broadcastInput(b, output.shape),
        },
        output: { block: output.block, type: elementType(output.dtype) },
        value: ({ condition, a, b }) => `select(${b}, ${a}, ${condition} != 0u)`,
      }),
  }),
  cast: kernelFor(ops.cast, {
    dtypes: gpuDTypes,
    lower: ({ x }, _options, { output }, lowering) =>
      lowerUnary(lowering, 'cast', x, output, { value: (value) => castTo(output.dtype, x.dtype, value) }),
  }),
  equal: comparison(ops.equal, '=='),
  notEqual: comparison(ops.notEqual, '!='),
  less: comparison(ops.less, '<'),
  lessEqual: comparison(ops.lessEqual, '<='),
  greater: comparison(ops.greater, '>'),
  greaterEqual: comparison(ops.greaterEqual, '>='),
  stopGradient: useReference('it is a view'),
}
