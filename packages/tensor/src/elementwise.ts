import { full } from './create.js'
import type { DType } from './dtype.js'
import { DTypeError } from './errors.js'
import { dispatch } from './interpreter.js'
import type { DenseArray, Op, OpDefinition } from './op.js'
import { broadcastShapes, broadcastStrides, sizeOf } from './shape.js'
import type { ElementwiseBinary, ElementwiseUnary, Operand } from './shape-types.js'
import { Tensor, type TensorSpec } from './tensor.js'

type BinaryInputs = { a: Tensor; b: Tensor }
type UnaryInputs = { x: Tensor }
export type BinaryOp = Op<BinaryInputs, Record<never, never>>
export type UnaryOp = Op<UnaryInputs, Record<never, never>>

/** The typed function of a binary op; a number stands for a scalar of the other operand's dtype. */
export function elementwiseBinary<Name extends string, Result extends DType | undefined = undefined>(
  op: () => BinaryOp,
): ElementwiseBinary<Name, Result> {
  const call = (a: Operand, b: Operand): Tensor =>
    dispatch(op(), { a: asTensor(a, b), b: asTensor(b, a) }, {}).output
  return call as unknown as ElementwiseBinary<Name, Result>
}

/** The typed function of a unary op. */
export function elementwiseUnary(op: () => UnaryOp): ElementwiseUnary {
  const call = (x: Tensor): Tensor => dispatch(op(), { x }, {}).output
  return call as ElementwiseUnary
}

function asTensor(operand: Operand, other: Operand): Tensor {
  if (operand instanceof Tensor) return operand
  const dtype = other instanceof Tensor ? other.dtype : 'float32'
  if ((dtype === 'int32' || dtype === 'bool') && !Number.isInteger(operand)) {
    throw new DTypeError(
      `the number ${operand} does not fit a tensor of dtype ${dtype}; cast the tensor first`,
    )
  }
  return full([], operand, { dtype }) as Tensor
}

/** Result spec of a binary op: the broadcast shape, and one dtype that both must have and the op must take. */
export function broadcastSpec(
  name: string,
  a: TensorSpec,
  b: TensorSpec,
  dtypes: readonly DType[],
  result: DType = a.dtype,
): TensorSpec {
  checkDType(name, 'a', a.dtype, dtypes)
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${name}: a is ${a.dtype} and b is ${b.dtype}; cast one of them`)
  }
  return { shape: broadcastShapes(a.shape, b.shape, name), dtype: result }
}

/** Throws a `DTypeError` that names the op and its input unless the dtype is one of those taken. */
export function checkDType(name: string, input: string, dtype: DType, dtypes: readonly DType[]): void {
  if (!dtypes.includes(dtype)) {
    throw new DTypeError(`${name}: ${input} has dtype ${dtype}; expected ${dtypes.join(' or ')}`)
  }
}

/**
 * Calls `visit(index of a, index of b, index of the result)` for every element of the broadcast, in row-major
 * order. Indices count elements.
 */
export function forEachBroadcast(
  a: TensorSpec,
  b: TensorSpec,
  result: TensorSpec,
  visit: (ia: number, ib: number, io: number) => void,
): void {
  const size = sizeOf(result.shape)
  const sizeA = sizeOf(a.shape)
  const sizeB = sizeOf(b.shape)
  // The common cases: a whole tensor with one of the same size, or with one that repeats (a bias, a scalar).
  if (sizeA === size && isSuffix(b, result)) {
    for (let i = 0, ib = 0; i < size; i++) {
      visit(i, ib, i)
      if (++ib === sizeB) ib = 0
    }
    return
  }
  const shape = result.shape
  const strideA = broadcastStrides(a.shape, shape)
  const strideB = broadcastStrides(b.shape, shape)
  const index = new Array<number>(shape.length).fill(0)
  let ia = 0
  let ib = 0
  for (let io = 0; io < size; io++) {
    visit(ia, ib, io)
    // Advance like an odometer: the last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      ia += strideA[axis]!
      ib += strideB[axis]!
      if (++index[axis]! < shape[axis]!) break
      ia -= strideA[axis]! * shape[axis]!
      ib -= strideB[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
}

/** Whether `b`, its leading ones aside, is the last axes of `result`: then it simply repeats. */
function isSuffix(b: TensorSpec, result: TensorSpec): boolean {
  let first = 0
  while (first < b.shape.length && b.shape[first] === 1) first++
  const rank = b.shape.length - first
  for (let i = 1; i <= rank; i++) {
    if (b.shape[b.shape.length - i] !== result.shape[result.shape.length - i]) return false
  }
  return true
}

/** `shape`, `reference` and `cost` of a unary op on real numbers, from its formula and its FLOPs per element. */
export function unaryKernel(
  name: string,
  compute: (x: number) => number,
  flopsPerElement: number,
): Pick<OpDefinition<UnaryInputs, Record<never, never>, { output: Tensor }>, 'shape' | 'reference' | 'cost'> {
  return {
    shape: ({ x }) => {
      checkDType(name, 'x', x.dtype, ['float32', 'float64'])
      return { output: x }
    },
    reference: ({ x }: { readonly x: DenseArray }, _options, { output }) => {
      for (let i = 0; i < x.data.length; i++) output.data[i] = compute(x.data[i]!)
    },
    cost: ({ x }) => ({ flops: flopsPerElement * sizeOf(x.shape) }),
  }
}
