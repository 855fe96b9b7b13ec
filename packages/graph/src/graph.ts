import type { AnyOp, NameScope, Options, Parameter, Tensor, TensorSpec } from '@gyre/tensor'

/** A value's place in `Graph.values`. */
export type ValueId = number

/** Where a value comes from: an op of the graph, or outside. */
export type Producer = GraphNode | 'input' | 'parameter' | 'constant'

/** One tensor of a traced function: its shape and dtype, and no numbers. */
export interface GraphValue {
  readonly id: ValueId
  readonly spec: TensorSpec
  readonly producer: Producer
}

/** The values of an op under the names of its inputs or results; lists and absences are kept. */
export type ValueRecord = { readonly [name: string]: ValueId | readonly ValueId[] | undefined }

/** One call of an op. */
export interface GraphNode {
  /** Its place in `Graph.nodes`, which is the order of the calls. */
  readonly index: number
  readonly op: AnyOp
  readonly inputs: ValueRecord
  readonly options: Options
  readonly results: ValueRecord
  /** The module path and the part of the training step from which it was called. */
  readonly scope: NameScope
}

/** A tensor among the arguments or in what the function returned. */
export interface NamedValue {
  /** Where it is: `0.tokens` in the first argument, `grads.weight` in the result; '' when it is the result. */
  readonly path: string
  readonly value: ValueId
}

/** A parameter that the function reads, by reference: the value that it has when the function begins. */
export interface GraphParameter {
  readonly parameter: Parameter
  /** Its name in one of the modules that `trace` was given. */
  readonly name: string | undefined
  /** False when modules were given and it is in none of them, such as an optimiser's state. */
  readonly inModule: boolean
  /** Whether it was trainable when it was traced. */
  readonly trainable: boolean
  readonly value: ValueId
}

/** A parameter that the function assigns, and the last value that it assigns. */
export interface GraphUpdate {
  readonly parameter: Parameter
  readonly value: ValueId
}

/** A tensor that the function captured or created; its numbers are not needed before the graph runs. */
export interface GraphConstant {
  readonly tensor: Tensor
  readonly value: ValueId
}

/** What a function does to tensors, recorded once: every op that it calls, in order. */
export interface Graph {
  readonly values: readonly GraphValue[]
  readonly nodes: readonly GraphNode[]
  readonly inputs: readonly NamedValue[]
  readonly parameters: readonly GraphParameter[]
  readonly constants: readonly GraphConstant[]
  readonly outputs: readonly NamedValue[]
  readonly updates: readonly GraphUpdate[]
}

/** The values under one name: none when absent, one, or a list's. */
export function idsOf(value: ValueRecord[string]): readonly ValueId[] {
  return value === undefined ? [] : typeof value === 'number' ? [value] : value
}

/** The values of a record in the order of its names. */
export function valuesOf(record: ValueRecord): ValueId[] {
  return Object.values(record).flatMap(idsOf)
}

/** Something for each value of a record, under the same names. */
export function mapValues<T>(
  record: ValueRecord,
  transform: (id: ValueId) => T,
): { [name: string]: T | T[] | undefined } {
  const mapped: { [name: string]: T | T[] | undefined } = {}
  for (const [name, ids] of Object.entries(record)) {
    mapped[name] =
      ids === undefined ? undefined : typeof ids === 'number' ? transform(ids) : ids.map(transform)
  }
  return mapped
}
