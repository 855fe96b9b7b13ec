import {
  formatShape,
  GradientError,
  type HasParameters,
  isFloat,
  ones,
  type Parameter,
  recordingScope,
  type Shape,
  sameShape,
  Tensor,
  zeros,
} from '@gyre/tensor'
import { recordOnTape } from './open-tape.js'
import type { Tape, Variable } from './tape.js'

/** The gradient of one argument, or a tuple with that of each. */
export type GradientsOf<A extends readonly Tensor[]> = A extends readonly [infer Only] ? Only : A

/**
 * The function that gives the gradient of a scalar function: for one argument a tensor like it, for several a
 * tuple. For a complex argument it is d/dre + i·d/dim. Gradients of gradients work: `grad(grad(f))`.
 */
export function grad<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => GradientsOf<A> {
  return (...args) => valueAndGrad(fn)(...args).grad
}

/** As `grad`, with the function's value beside it. */
export function valueAndGrad<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => { value: Tensor<Shape>; grad: GradientsOf<A> }
/**
 * The value of `fn` and the gradient of every trainable parameter of `module`, under the parameter's name. A
 * parameter that `fn` does not read has a zero gradient. The arguments may be anything and are not
 * differentiated. Temporaries end with the call.
 */
export function valueAndGrad<A extends readonly unknown[]>(
  fn: (...args: A) => Tensor,
  module: HasParameters,
): (...args: A) => { value: Tensor<Shape>; grads: Map<string, Tensor> }
export function valueAndGrad(
  fn: (...args: never[]) => Tensor,
  module?: HasParameters,
): (...args: readonly unknown[]) => unknown {
  const call = fn as (...args: readonly unknown[]) => Tensor
  if (module) return (...args) => recordingScope(() => parameterGradients(() => call(...args), module))
  return (...args) =>
    recordingScope(() => {
      const { value, pullback } = record(
        call as (...args: readonly Tensor[]) => Tensor,
        args as readonly Tensor[],
      )
      const gradients = pullback([scalarSeed(value)])
      return { value, grad: args.length === 1 ? gradients[0] : gradients }
    })
}

/**
 * The value of `fn`, of any shape, and its pullback: from the gradient of the value to that of every argument.
 * The pullback may be called once.
 */
export function vjp<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => { value: Tensor; pullback: (gradient: Tensor) => A } {
  return (...args) =>
    recordingScope(
      () => {
        const { value, pullback } = record(fn as unknown as (...args: readonly Tensor[]) => Tensor, args)
        return { value, pullback: (gradient: Tensor) => pullback([gradient]) as unknown as A }
      },
      { handOver: true },
    )
}

/** `vjp` of a function with several results. */
export function vjpOfMany(
  fn: (...args: readonly Tensor[]) => readonly Tensor[],
  args: readonly Tensor[],
): { values: readonly Tensor[]; pullback: (gradients: readonly Tensor[]) => readonly Tensor[] } {
  const { tape, result } = recordOnTape([], (opened) => {
    const inputs = args.map((arg) => opened.track(arg))
    return { inputs, outputs: fn(...inputs) }
  })
  return {
    values: result.outputs.map((output) => tape.primal(output)),
    pullback: (gradients) => {
      const seeds = result.outputs.map((output, i) => [output, checkSeed(output, gradients[i]!)] as const)
      const found = tape.backward(seeds)
      return result.inputs.map((input) => gradientOf(found, input))
    },
  }
}

function record(fn: (...args: readonly Tensor[]) => Tensor, args: readonly Tensor[]) {
  args.forEach((arg, i) => {
    if (!(arg instanceof Tensor)) throw new GradientError(`argument ${i} is not a tensor; capture it instead`)
  })
  const { values, pullback } = vjpOfMany((...inputs) => [fn(...inputs)], args)
  return { value: values[0]!, pullback }
}

function parameterGradients(fn: () => Tensor, module: HasParameters) {
  const trainable = [...module.namedParameters()].filter(([, parameter]) => parameter.trainable)
  const { tape, tracked, result } = recordOnTape(
    trainable.map(([, parameter]) => parameter),
    fn,
  )
  const value = tape.primal(result)
  const found = backwardFromScalar(tape, result)
  const grads = new Map<string, Tensor>()
  for (const [name, parameter] of trainable)
    grads.set(name, gradientOfParameter(found, tracked.get(parameter), parameter))
  return { value, grads }
}

function backwardFromScalar(tape: Tape, result: Tensor): Map<Variable, Tensor> {
  return tape.backward([[result, scalarSeed(tape.primal(result))]])
}

function scalarSeed(value: Tensor): Tensor {
  if (value.size !== 1 || !isFloat(value.dtype)) {
    throw new GradientError(
      `a gradient needs a real scalar; the function returned ${value.dtype} ${formatShape(value.shape)}`,
    )
  }
  return ones(value.shape, { dtype: value.dtype })
}

function checkSeed(output: Tensor, gradient: Tensor): Tensor {
  if (!sameShape(output.shape, gradient.shape) || output.dtype !== gradient.dtype) {
    throw new GradientError(
      `pullback: the value is ${output.dtype} ${formatShape(output.shape)}, ` +
        `its gradient ${gradient.dtype} ${formatShape(gradient.shape)}`,
    )
  }
  return gradient
}

function gradientOf(found: ReadonlyMap<Variable, Tensor>, input: Tensor): Tensor {
  return found.get(input.handle as Variable) ?? zeros(input.shape, { dtype: input.dtype })
}

function gradientOfParameter(
  found: ReadonlyMap<Variable, Tensor>,
  tracked: Tensor | undefined,
  parameter: Parameter,
): Tensor {
  return tracked ? gradientOf(found, tracked) : zeros(parameter.shape, { dtype: parameter.dtype })
}
