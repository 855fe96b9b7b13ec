import { compile } from '@gyre/graph'
import {
  abs,
  adamw,
  add,
  argmax,
  type Backend,
  broadcastTo,
  cast,
  concat,
  cumsum,
  type Data,
  div,
  dynamicUpdateSlice,
  equal,
  erf,
  exp,
  full,
  gather,
  gelu,
  greater,
  layerNorm,
  less,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  Parameter,
  pad,
  Rng,
  relu,
  reshape,
  rmsNorm,
  type Shape,
  setBackend,
  sigmoid,
  silu,
  sin,
  sizeOf,
  slice,
  softmax,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  where,
} from '@gyre/tensor'
import fc from 'fast-check'

/** A function as data: which ops it calls, on which of the values that there are by then, and what it returns. */
export interface RandomFunction {
  /** The axes of its matrices. */
  readonly shape: readonly [number, number]
  readonly steps: readonly Step[]
  /** Counted from the last value; the last value itself is always returned. */
  readonly outputs: readonly number[]
}

/** An op by its number, and the numbers that choose its operands among those that it can take. */
type Step = readonly [op: number, ...choices: readonly number[]]

const choice = fc.nat(30)

/** Functions on matrices of one of `shapes`. */
export function randomFunctions(shapes: readonly (readonly [number, number])[], steps: number) {
  const step = fc.tuple(fc.nat(operations.length - 1), choice, choice, choice)
  return fc.record<RandomFunction>({
    shape: fc.constantFrom(...shapes),
    steps: fc.array(step, { minLength: 1, maxLength: steps, size: 'max' }),
    outputs: fc.array(choice, { maxLength: 3 }),
  })
}

/** More than 16,384 elements, which elementwise kernels take in several parts. */
export const largeShapes = [
  [131, 129],
  [4, 4228],
] as const
export const smallShapes = [
  [5, 7],
  [4, 4],
] as const

/** Where two calls of the compiled function leave other numbers than two of the function itself, if they do. */
export function compiledDifference(backend: Backend, fn: RandomFunction): string | undefined {
  setBackend(backend)
  const expected = twoCalls(fn, ((body: unknown) => body) as typeof compile)
  const found = twoCalls(fn, compile)
  for (const [tensor, data] of expected.entries()) {
    // A NaN is like any other, and -0 is not 0.
    const at = data.findIndex((value, i) => !Object.is(found[tensor]![i], value))
    if (at >= 0) return `tensor ${tensor}: ${found[tensor]![at]} is not ${data[at]}, at ${at}`
  }
  return undefined
}

/**
 * What two calls of the function return, and what the parameters are after each; all read at the end, as tensors keep
 * their numbers. Before the second call two parameters share theirs, with each other and with an argument.
 */
function twoCalls(fn: RandomFunction, build: typeof compile): readonly Data[] {
  const parameters = parametersOf(fn)
  const captured = parameters[2]!.value
  const run = build((...inputs: readonly Tensor[]) => call(fn, parameters, [captured, ...inputs]))
  const values = (): readonly Tensor[] => parameters.map(({ value }) => value)
  const first = [...run(...argumentsOf(fn, 1)), ...values()]
  parameters[1]!.assign(parameters[0]!.value)
  const second = [...run(parameters[0]!.value, ...argumentsOf(fn, 2).slice(1)), ...values()]
  return [...first, ...second].map((tensor) => tensor.dataSync())
}

/** Every function reads and writes these. */
function parametersOf({ shape: [rows, columns] }: RandomFunction): readonly Parameter[] {
  const shapes: readonly Shape[] = [[rows, columns], [rows, columns], [rows, columns], [columns]]
  return shapes.map((shape, i) => {
    return new Parameter<Shape>({ shape, dtype: 'float32' }, () => numbers(100 + i, shape))
  })
}

/** Arguments for call number `call`: matrices, a row, a column, a scalar and a mask. */
function argumentsOf({ shape: [rows, columns] }: RandomFunction, call: number): readonly Tensor[] {
  const shapes: readonly Shape[] = [[rows, columns], [rows, columns], [columns], [rows, 1], []]
  const inputs = shapes.map((shape, i) => tensor(numbers(10 * call + i, shape), { shape }) as Tensor)
  return [...inputs, greater(inputs[0]!, inputs[1]!) as Tensor]
}

function numbers(seed: number, shape: Shape): Float32Array {
  return Float32Array.from(new Rng(seed).normals(sizeOf(shape)))
}

/** Calls the function: the same ops in the same order, whoever runs or traces them. */
function call(
  { steps, outputs }: RandomFunction,
  parameters: readonly Parameter[],
  inputs: readonly Tensor[],
): readonly Tensor[] {
  const values = [...inputs, ...parameters.map(({ value }) => value)]
  for (const [op, ...choices] of steps) {
    const made = operations[op]!(new Operands(values, choices), parameters)
    // What cannot be done with the values that there are is left out.
    if (made !== undefined) values.push(...[made].flat().filter(({ size }) => size > 0 && size < 40_000))
  }
  return [0, ...outputs].map((back) => values.at(-1 - (back % values.length))!)
}

/** Hands out operands. */
class Operands {
  readonly #values: readonly Tensor[]
  readonly #choices: number[]

  constructor(values: readonly Tensor[], choices: readonly number[]) {
    this.#values = values
    this.#choices = [...choices]
  }

  /** The next number from 0 to `below - 1`. */
  number(below: number): number {
    return (this.#choices.shift() ?? 0) % below
  }

  any(suits: (value: Tensor) => boolean): Tensor | undefined {
    const suitable = this.#values.filter(suits)
    return suitable.at(-1 - this.number(Math.max(1, suitable.length)))
  }

  float(suits: (value: Tensor) => boolean = () => true): Tensor | undefined {
    return this.any((value) => value.dtype === 'float32' && suits(value))
  }

  /** An axis of a tensor that has some. */
  axis(x: Tensor): number {
    return this.number(x.rank)
  }
}

type Operation = (
  operands: Operands,
  parameters: readonly Parameter[],
) => Tensor | readonly Tensor[] | undefined

const same = (x: Tensor) => (y: Tensor) => x.shape.join() === y.shape.join()
/** Whether two tensors' axes, counted from the last, are equal or 1. */
const broadcasts = (x: Tensor) => (y: Tensor) =>
  [1, 2, 3].every((back) => {
    const [a, b] = [x.shape.at(-back) ?? 1, y.shape.at(-back) ?? 1]
    return a === b || a === 1 || b === 1
  })

const unary =
  (op: (x: Tensor) => Tensor, suits: (x: Tensor) => boolean = () => true): Operation =>
  (operands) => {
    const x = operands.float(suits)
    return x && op(x)
  }

const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Operation =>
  (operands) => {
    const a = operands.float()
    const b = a && operands.float(broadcasts(a))
    return b && (operands.number(2) ? op(a, b) : op(b, a))
  }

const isMatrix = ({ rank }: Tensor) => rank === 2
const hasAxes = ({ rank }: Tensor) => rank > 0

const reduction =
  (op: (x: Tensor, options: { axes: readonly number[]; keepDims: boolean }) => Tensor): Operation =>
  (operands) => {
    const x = operands.float(hasAxes)
    return x && op(x, { axes: [operands.axis(x)], keepDims: operands.number(2) === 1 })
  }

const assign: Operation = (operands, parameters) => {
  const parameter = parameters[operands.number(parameters.length)]!
  const value = operands.float(same(parameter.value))
  if (value) parameter.assign(value)
  return value && parameter.value
}

const operations: readonly Operation[] = [
  ...[abs, erf, exp, neg, relu, sigmoid, silu, tanh].map((op) => unary(op as (x: Tensor) => Tensor)),
  unary((x) => gelu(x)),
  unary((x) => sqrt(abs(x))),
  // These two run on their reference kernels or are views, in the middle of a program.
  unary((x) => sin(x)),
  unary((x) => stopGradient(x)),
  ...[add, add, div, maximum, minimum, mul, mul, sub].map((op) => binary(op as typeof add)),
  ...[equal, greater, less].map((op) => binary(op as never)),
  (operands) => {
    const condition = operands.any(({ dtype }) => dtype === 'bool')
    const a = condition && operands.float(broadcasts(condition))
    const b = a && operands.float((y) => broadcasts(a)(y) && broadcasts(condition)(y))
    return b && where(condition as Tensor<Shape, 'bool'>, a, b)
  },
  (operands) => {
    const x = operands.any(({ dtype }) => dtype !== 'float32')
    return x && (cast(x, 'float32') as Tensor)
  },
  unary((x) => cast(x, 'int32') as Tensor),
  reduction(max),
  reduction(mean),
  reduction(sum),
  unary((x) => sum(x)),
  unary((x) => cumsum(x), hasAxes),
  unary((x) => softmax(x), hasAxes),
  unary((x) => softmax(x, { axis: 0 }), hasAxes),
  unary((x) => logSoftmax(x), hasAxes),
  unary((x) => argmax(x) as Tensor, hasAxes),
  unary((x) => transpose(x), isMatrix),
  unary((x) => reshape(x, [x.size]) as Tensor),
  unary((x) => reshape(x, [x.shape[1]!, x.shape[0]!]), isMatrix),
  (operands) => {
    const x = operands.float(isMatrix)
    const matrix = x && operands.float((y) => y.size >= x.size && y.size % x.shape[1]! === 0)
    return matrix && reshape(matrix, [-1, x.shape[1]!])
  },
  (operands) => {
    const x = operands.float()
    const fits = ({ shape }: Tensor) =>
      shape.length >= x!.rank &&
      shape.slice(shape.length - x!.rank).every((dim, i) => [dim, 1].includes(x!.shape[i]!))
    const y = x && operands.float(fits)
    return y && broadcastTo(x, y.shape)
  },
  (operands) => {
    const a = operands.float(isMatrix)
    const b = a && operands.float((y) => isMatrix(y) && y.shape[1] === a.shape[1])
    return b && (matmul as (a: Tensor, b: Tensor, options: object) => Tensor)(a, b, { transposeB: true })
  },
  (operands) => {
    const x = operands.float(hasAxes)
    const y = x && operands.float(same(x))
    return y && concat([x, y], { axis: operands.axis(x) })
  },
  (operands) => {
    const x = operands.float(hasAxes)
    if (x === undefined) return undefined
    const axis = operands.axis(x)
    const begin = x.shape.map((_, i) => Number(i === axis && x.shape[i]! > 1))
    return slice(x, begin, x.shape.map((dim, i) => dim - begin[i]!) as Shape)
  },
  (operands) => {
    const x = operands.float(hasAxes)
    const axis = x && operands.axis(x)
    return (
      x &&
      pad(
        x,
        x.shape.map((_, i) => Number(i === axis)),
        x.shape.map(() => 0),
      )
    )
  },
  (operands) => {
    const x = operands.float(hasAxes)
    return x && gather(x, tensor([0, x.shape[0]! - 1, 0], { dtype: 'int32' }) as never, { axis: 0 })
  },
  (operands) => {
    const x = operands.float(hasAxes)
    const update =
      x &&
      operands.float(
        (y) =>
          y.rank === x.rank &&
          y.shape[0]! <= x.shape[0]! &&
          y.shape.slice(1).join() === x.shape.slice(1).join(),
      )
    return update && dynamicUpdateSlice(x, update, tensor(0, { dtype: 'int32' }) as Tensor)
  },
  (operands) => {
    const x = operands.float(isMatrix)
    const weight = x && operands.float((y) => y.rank === 1 && y.size === x.shape[1])
    const bias = weight && operands.float(same(weight))
    return bias && layerNorm(x, weight, bias)
  },
  (operands) => {
    const x = operands.float(isMatrix)
    const weight = x && operands.float((y) => y.rank === 1 && y.size === x.shape[1])
    return weight && rmsNorm(x, weight)
  },
  assign,
  assign,
  // An optimiser's step: a parameter, its gradient and its moments, which are parameters or are not.
  (operands, [parameter, firstMoment, secondMoment, bias]) => {
    const gradient = operands.float(same(parameter!.value))!
    const biasGradient = operands.float(same(bias!.value))!
    const first = operands.number(2) ? firstMoment!.value : gradient
    const updated = adamw(
      {
        parameters: [parameter!.value, bias!.value],
        gradients: [gradient, biasGradient],
        firstMoments: [first, bias!.value],
        secondMoments: [secondMoment!.value, full(bias!.shape, 1) as Tensor],
        learningRate: full([], 0.1) as Tensor,
        step: tensor(3, { dtype: 'int32' }) as Tensor,
      },
      { beta1: 0.9, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1 },
    )
    const assigned = [parameter!, bias!]
    assigned.forEach((each, i) => {
      each.assign(updated.parameters[i]!)
    })
    firstMoment!.assign(updated.firstMoments[0]!)
    secondMoment!.assign(updated.secondMoments[0]!)
    return [...updated.parameters, updated.firstMoments[0]!]
  },
  // Two parameters of one list, each of which is the other's gradient.
  (_operands, [first, second]) => {
    const [a, b] = [first!.value, second!.value]
    const updated = adamw(
      {
        parameters: [a, b],
        gradients: [b, a],
        firstMoments: [a, b],
        secondMoments: [abs(a), abs(a)],
        learningRate: full([], 0.1) as Tensor,
        step: tensor(2, { dtype: 'int32' }) as Tensor,
      },
      { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weightDecay: 0 },
    )
    first!.assign(updated.parameters[0]!)
    second!.assign(updated.parameters[1]!)
    return updated.parameters
  },
]
