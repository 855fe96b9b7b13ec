import {
  broadcastStrides,
  bytesOf,
  type DType,
  type Op,
  ops,
  type Shape,
  sizeOf,
  stridesOf,
  type Tensor,
  useReference,
} from '@gyre/tensor'
import { type AnyWasmKernel, kernelFor, type Located, type Lowering } from '../kernel.js'
import type { KernelArguments } from '../kernels.generated.js'
import { broadcastWalk, inputToExpand } from './broadcast.js'
import { copyStrided, partsOf } from './strided-copy.js'

type NoOptions = Record<never, never>
type UnaryOp = Op<{ x: Tensor }, NoOptions>
type BinaryOp = Op<{ a: Tensor; b: Tensor }, NoOptions>

/** The kernels with the arguments of `add`, and those with the arguments of `abs`. */
type KernelsLike<Name extends keyof KernelArguments> = {
  [Other in keyof KernelArguments]: KernelArguments[Other] extends KernelArguments[Name]
    ? KernelArguments[Name] extends KernelArguments[Other]
      ? Other
      : never
    : never
}[keyof KernelArguments]
type UnaryKernel = KernelsLike<'abs'>
type BinaryKernel = KernelsLike<'add'>

/** Elements of one chunk: some ten microseconds of work, and a multiple of 4. */
const chunkSize = 16_384
const chunksOf = (count: number) => Math.ceil(count / chunkSize)

/** A kernel for each dtype of x; complex numbers are pairs of float32. */
function unary(op: UnaryOp, kernels: { readonly [D in DType]?: UnaryKernel }): AnyWasmKernel {
  return kernelFor(op, {
    dtypes: Object.keys(kernels) as DType[],
    inPlace: ['x'],
    lower: ({ x }, _options, { output }, lowering) =>
      runUnary(lowering, kernels[x.dtype]!, x, output, partsOf(x.dtype)),
  })
}

function runUnary(lowering: Lowering, kernel: UnaryKernel, x: Located, output: Located, parts = 1): void {
  const count = parts * sizeOf(x.shape)
  lowering.run(
    kernel,
    { x: x.block, output: output.block, count, chunkSize },
    { chunks: chunksOf(count), elementwise: true },
  )
}

/** A kernel for each dtype of a and b. */
function binary(
  op: BinaryOp,
  kernels: { readonly [D in DType]?: BinaryKernel },
  result?: DType,
): AnyWasmKernel {
  const dtypes = Object.keys(kernels) as DType[]
  return kernelFor(op, {
    dtypes: result ? [...dtypes, result] : dtypes,
    takes: ({ a }) => dtypes.includes(a.dtype),
    inPlace: ['a', 'b'],
    lower: (inputs, _options, { output }, lowering) => {
      const parts = partsOf(inputs.a.dtype)
      const { columns, expanded } = broadcastInputs(lowering, [inputs.a, inputs.b], output.shape, parts)
      const [a, b] = expanded
      const count = parts * sizeOf(output.shape)
      lowering.run(
        kernels[inputs.a.dtype]!,
        {
          a: a!.block,
          b: b!.block,
          output: output.block,
          count,
          chunkSize,
          columns,
          aRow: a!.row,
          aStep: a!.step,
          bRow: b!.row,
          bStep: b!.step,
        },
        { chunks: chunksOf(count), scratch: 32, elementwise: true },
      )
    },
  })
}

const comparison = (op: BinaryOp, float32: BinaryKernel, int32: BinaryKernel) =>
  binary(op, { float32, int32 }, 'bool')

/** How the kernel walks its inputs over the output; inputs that repeat in a less simple way are repeated in memory. */
function broadcastInputs(lowering: Lowering, inputs: readonly Located[], shape: Shape, parts: number) {
  // The parts of complex numbers are an axis of their own, along which nothing repeats.
  const withParts = (each: Shape) => (parts === 1 ? each : [...each, parts])
  const expanded = [...inputs]
  for (;;) {
    const walk = broadcastWalk(
      withParts(shape),
      expanded.map((input) => withParts(input.shape)),
    )
    if (walk) {
      return {
        columns: walk.columns,
        expanded: expanded.map(({ block }, i) => ({ block, ...walk.inputs[i]! })),
      }
    }
    const index = inputToExpand(
      shape,
      expanded.map((input) => input.shape),
    )
    const input = expanded[index]!
    const block = lowering.workspace(bytesOf(input.dtype) * sizeOf(shape))
    copyStrided(
      lowering,
      input.dtype,
      { block: input.block, start: 0, strides: broadcastStrides(input.shape, shape) },
      { block, start: 0, strides: stridesOf(shape) },
      shape,
    )
    expanded[index] = { ...input, shape, block }
  }
}

const casts: { readonly [from in DType]?: { readonly [to in DType]?: UnaryKernel } } = {
  float32: { int32: 'castFloat32ToInt32', bool: 'castFloat32ToBool' },
  int32: { float32: 'castInt32ToFloat32', bool: 'castInt32ToBool' },
  bool: { float32: 'castBoolToFloat32', int32: 'castBoolToInt32' },
}

export const elementwiseKernels = {
  abs: unary(ops.abs, { float32: 'abs' }),
  add: binary(ops.add, { float32: 'add', int32: 'addInt32', complex64: 'add' }),
  sub: binary(ops.sub, { float32: 'sub', int32: 'subInt32', complex64: 'sub' }),
  mul: binary(ops.mul, { float32: 'mul', int32: 'mulInt32' }),
  div: binary(ops.div, { float32: 'div' }),
  neg: unary(ops.neg, { float32: 'neg', int32: 'negInt32', complex64: 'neg' }),
  maximum: binary(ops.maximum, { float32: 'maximum', int32: 'maximumInt32' }),
  minimum: binary(ops.minimum, { float32: 'minimum', int32: 'minimumInt32' }),
  exp: unary(ops.exp, { float32: 'exp' }),
  log: unary(ops.log, { float32: 'log' }),
  sqrt: unary(ops.sqrt, { float32: 'sqrt' }),
  rsqrt: unary(ops.rsqrt, { float32: 'rsqrt' }),
  sin: useReference('angles of any size need more than float32, and tables of them are made once'),
  cos: useReference('angles of any size need more than float32, and tables of them are made once'),
  tanh: unary(ops.tanh, { float32: 'tanh' }),
  erf: unary(ops.erf, { float32: 'erf' }),
  sigmoid: unary(ops.sigmoid, { float32: 'sigmoid' }),
  relu: unary(ops.relu, { float32: 'relu' }),
  silu: unary(ops.silu, { float32: 'silu' }),
  siluBackward: kernelFor(ops.siluBackward, {
    dtypes: ['float32'],
    inPlace: ['grad', 'x'],
    lower: ({ grad, x }, _options, { output }, lowering) => {
      const count = sizeOf(x.shape)
      const args = { grad: grad.block, x: x.block, output: output.block, count, chunkSize }
      lowering.run('siluBackward', args, { chunks: chunksOf(count), elementwise: true })
    },
  }),
  gelu: kernelFor(ops.gelu, {
    dtypes: ['float32'],
    inPlace: ['x'],
    lower: ({ x }, { approximate }, { output }, lowering) =>
      runUnary(lowering, approximate === 'tanh' ? 'geluTanh' : 'gelu', x, output),
  }),
  geluBackward: kernelFor(ops.geluBackward, {
    dtypes: ['float32'],
    inPlace: ['grad', 'x'],
    lower: ({ grad, x }, { approximate }, { output }, lowering) => {
      const count = sizeOf(x.shape)
      const args = { grad: grad.block, x: x.block, output: output.block, count, chunkSize }
      const kernel = approximate === 'tanh' ? 'geluTanhBackward' : 'geluBackward'
      lowering.run(kernel, args, { chunks: chunksOf(count), elementwise: true })
    },
  }),
  equal: comparison(ops.equal, 'equal', 'equalInt32'),
  notEqual: comparison(ops.notEqual, 'notEqual', 'notEqualInt32'),
  less: comparison(ops.less, 'less', 'lessInt32'),
  lessEqual: comparison(ops.lessEqual, 'lessEqual', 'lessEqualInt32'),
  greater: comparison(ops.greater, 'greater', 'greaterInt32'),
  greaterEqual: comparison(ops.greaterEqual, 'greaterEqual', 'greaterEqualInt32'),
  where: kernelFor(ops.where, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ a }) => a.dtype !== 'bool',
    inPlace: ['a', 'b'],
    lower: (inputs, _options, { output }, lowering) => {
      const all = [inputs.condition, inputs.a, inputs.b]
      const { columns, expanded } = broadcastInputs(lowering, all, output.shape, 1)
      const [condition, a, b] = expanded
      const count = sizeOf(output.shape)
      lowering.run(
        'where',
        {
          condition: condition!.block,
          a: a!.block,
          b: b!.block,
          output: output.block,
          count,
          chunkSize,
          columns,
          conditionRow: condition!.row,
          conditionStep: condition!.step,
          aRow: a!.row,
          aStep: a!.step,
          bRow: b!.row,
          bStep: b!.step,
        },
        { chunks: chunksOf(count), scratch: 48, elementwise: true },
      )
    },
  }),
  cast: kernelFor(ops.cast, {
    dtypes: ['float32', 'int32', 'bool'],
    takes: ({ x }, { dtype }) => casts[x.dtype]?.[dtype] !== undefined,
    lower: ({ x }, { dtype }, { output }, lowering) => runUnary(lowering, casts[x.dtype]![dtype]!, x, output),
  }),
  stopGradient: useReference('it is a view'),
}
