import {
  GradientError,
  type Parameter,
  type ParameterAccess,
  type Tensor,
  withParameterAccess,
} from '@gyre/tensor'
import { openTape, recordOnTape, withOpenTape } from './open-tape.js'
import type { Tape, Variable } from './tape.js'

/**
 * Trades time for memory: `checkpoint(fn)` computes what `fn` computes, but keeps none of its intermediate
 * values for the backward pass, which calls `fn` a second time instead. Parameters that `fn` reads get their
 * gradients; tensors that it captures must not depend on what is differentiated: pass them as arguments.
 *
 * @source Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost. arXiv 1604.06174, section 3.
 */
export function checkpoint<A extends readonly Tensor[]>(fn: (...args: A) => Tensor): (...args: A) => Tensor {
  return (...args) => {
    const tape = openTape()
    if (!tape) return fn(...args)
    const primals = args.map((arg) => tape.primal(arg)) as unknown as A
    const { value, read } = runUnrecorded(tape, () => fn(...primals))
    const inputs = args.flatMap((arg, index) => (arg.interpreter === tape ? [{ arg, index }] : []))
    const parameters = [...read].filter(([, tensor]) => tensor.interpreter === tape)
    if (inputs.length === 0 && parameters.length === 0) return value

    const output = tape.track(value)
    tape.record([output.handle as Variable], ([gradient]) => {
      // Parameters as they were: a pullback may be called after they were assigned.
      const asBefore = (outer: ParameterAccess): ParameterAccess => ({
        ...outer,
        read: (parameter) => {
          const tensor = read.get(parameter)
          return tensor ? tape.primal(tensor) : outer.read(parameter)
        },
      })
      const second = withParameterAccess(asBefore, () =>
        recordOnTape(
          parameters.map(([parameter]) => parameter),
          (inner) => {
            const tracked = new Map(inputs.map(({ index }) => [index, inner.track(primals[index]!)]))
            const result = fn(
              ...(primals.map((primal, index) => tracked.get(index) ?? primal) as unknown as A),
            )
            return { tracked, result }
          },
        ),
      )
      const found = second.tape.backward([[second.result.result, gradient!]])
      const gradients: [Variable, Tensor][] = []
      const collect = (outer: Tensor, inner: Tensor | undefined): void => {
        const value = inner && found.get(inner.handle as Variable)
        if (value) gradients.push([outer.handle as Variable, value])
      }
      for (const { arg, index } of inputs) collect(arg, second.result.tracked.get(index))
      for (const [parameter, outer] of parameters) collect(outer, second.tracked.get(parameter))
      return gradients
    })
    return output
  }
}

/** Runs `body` below the tape, and notes the parameters that it reads. */
function runUnrecorded(tape: Tape, body: () => Tensor): { value: Tensor; read: Map<Parameter, Tensor> } {
  const read = new Map<Parameter, Tensor>()
  const access = (outer: ParameterAccess): ParameterAccess => ({
    ...outer,
    read: (parameter) => {
      const tensor = outer.read(parameter)
      read.set(parameter, tensor)
      return tape.primal(tensor)
    },
  })
  const value = withParameterAccess(access, () => withOpenTape(undefined, body))
  if (value.interpreter === tape) {
    throw new GradientError(
      'checkpoint: the function captures a tensor that depends on what is differentiated; pass it as an argument',
    )
  }
  return { value, read }
}
