import type { Backend } from './backend.js'
import type { Data } from './dtype.js'
import { eager } from './eager.js'
import type { AnyOp, Inputs, Op, Options, Results, TensorRecord } from './op.js'
import { Tensor } from './tensor.js'

/**
 * Who handles an operation when it is called: eager runs it now, a tape runs and records it, a trace records
 * its shapes. The interpreter travels with the tensors: an operation is handled by the highest level among its
 * inputs' interpreters, which hands what it does not handle itself to the level below. So they nest (the
 * gradient of a traced function is traced), and `await` cannot confuse them.
 */
export interface Interpreter {
  readonly name: string
  /** 0 is eager; an interpreter opened later has a higher level than those that were open before. */
  readonly level: number
  run(op: AnyOp, inputs: TensorRecord, options: Options): TensorRecord
  read(tensor: Tensor): Promise<Data>
  readSync(tensor: Tensor): Data
  backendOf(tensor: Tensor): Backend | undefined
}

let openedInterpreters = 0

/** A level above every interpreter opened so far. */
export function nextLevel(): number {
  return ++openedInterpreters
}

// Who runs operations on plain tensors alone: eager, or a trace while its function runs. That code is
// synchronous, so nobody else's `await` can see this.
let lowest: Interpreter | undefined

/**
 * Runs synchronous code with every operation in it at least at `interpreter`, so that a trace also records those
 * on constants (a mask made of `arange`) and computes none of them.
 */
export function withLowestInterpreter<T>(interpreter: Interpreter, body: () => T): T {
  const outer = lowest
  lowest = interpreter
  try {
    return body()
  } finally {
    lowest = outer
  }
}

/** Whether operations on plain tensors run at once: not while a trace records them. */
export function isRunEagerly(): boolean {
  return lowest === undefined
}

/** Runs an operation on its named inputs and gives its named results. */
export function dispatch<I extends Inputs, O extends Options, R extends Results>(
  op: Op<I, O, R>,
  inputs: I,
  options: O,
): R {
  let interpreter: Interpreter = lowest ?? eager
  for (const name in inputs) {
    for (const tensor of tensorsOf(inputs[name])) {
      if (tensor.interpreter.level > interpreter.level) interpreter = tensor.interpreter
    }
  }
  return interpreter.run(op as unknown as AnyOp, inputs as TensorRecord, options) as R
}

/** The tensors of one named input or result: none when absent, one, or a list's. */
export function tensorsOf(value: Tensor | readonly Tensor[] | undefined): readonly Tensor[] {
  if (value === undefined) return []
  return value instanceof Tensor ? [value] : value
}

/** Applies `transform` to every tensor of a record, keeping names, lists and absences. */
export function mapTensors<T>(
  record: TensorRecord,
  transform: (tensor: Tensor, name: string) => T,
): Record<string, T | T[] | undefined> {
  const mapped: Record<string, T | T[] | undefined> = {}
  for (const name of Object.keys(record)) {
    const value = record[name]
    mapped[name] =
      value === undefined
        ? undefined
        : value instanceof Tensor
          ? transform(value, name)
          : value.map((tensor) => transform(tensor, name))
  }
  return mapped
}
