import {
  type Backend,
  getBackend,
  type HasParameters,
  identityOf,
  isRunEagerly,
  Parameter,
  readsStoredParameters,
  type StoredTensor,
  storedOn,
  storedTensor,
  Tensor,
} from '@gyre/tensor'
import type { Graph } from './graph.js'
import { type GraphRunner, prepareGraph } from './runner.js'
import { simplify } from './simplify.js'
import { mapTensorTree, type SpecsOf } from './tensor-tree.js'
import { traceCall } from './trace.js'

/** A function that is traced once for each kind of arguments, and then runs as a whole. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: A): R
  /** The programs made so far. */
  readonly programs: readonly CompiledProgram[]
}

/** One trace of a compiled function. */
export interface CompiledProgram {
  /** What runs: the trace without dead and common work. */
  readonly graph: Graph
  readonly backend: Backend
  /** Bytes in which the backend keeps what the program computes, where it plans them. */
  readonly plannedBytes: number | undefined
}

interface Program extends CompiledProgram {
  readonly runner: GraphRunner
  /** Parameters that it writes where they are. */
  readonly written: ReadonlySet<Parameter>
  /** What the function returned, with the trace's tensors where real ones go. */
  readonly result: unknown
}

/**
 * `fn`, compiled: the first call with arguments of a kind traces it, later ones run what was traced. Tensors in the
 * arguments, also inside arrays, plain objects and maps, are its inputs; parameters are read and written by
 * reference; other tensors that it captures are constants. Anything else about the arguments is part of their kind:
 * shapes and dtypes, numbers, booleans and texts, which object or function an argument is; and so are the modes, the
 * adapters and the trainable parameters of `modules`. So what changes at every call has to be a tensor: a learning
 * rate that is a number would be traced anew for each value.
 *
 * The results are those of calling `fn`, to the last bit. `fn` must be synchronous and, apart from assigning
 * parameters, have no side effects. Called while a tape or a trace records, it is `fn` itself.
 *
 * @source Frostig, Johnson, Leary: Compiling machine learning programs via high-level tracing. SysML 2018.
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...modules: readonly HasParameters[]
): Compiled<A, R> {
  const programs = new Map<string, Program>()
  const call = (...args: A): R => {
    const tensors = tensorsIn(args)
    if (
      !isRunEagerly() ||
      !readsStoredParameters() ||
      tensors.some(({ interpreter }) => interpreter.level > 0)
    ) {
      return fn(...args)
    }
    const backend = getBackend()
    const key = `${identityOf(backend)} ${keyOf(args)} ${modules.map(moduleKey).join(' ')}`
    let program = programs.get(key)
    if (program === undefined) {
      const { graph, result } = traceCall(fn, args as unknown as SpecsOf<A>, modules)
      const simplified = simplify(graph)
      const runner = prepareGraph(simplified, backend)
      const updates = runner.writesInPlace ? simplified.updates : []
      const written = new Set(updates.map(({ parameter }) => parameter))
      program = { graph: simplified, backend, runner, written, result, plannedBytes: runner.plannedBytes }
      programs.set(key, program)
    }
    return run(program, tensors) as R
  }
  return Object.defineProperty(call, 'programs', { get: () => [...programs.values()] }) as Compiled<A, R>
}

function run({ graph, backend, runner, written, result }: Program, inputs: readonly Tensor[]): unknown {
  const stored = ({ parameter, name }: Graph['parameters'][number]): StoredTensor =>
    Parameter.storedOn(parameter, backend, `compile: parameter ${name ?? ''}`, {
      write: written.has(parameter),
    })
  // Those written first: what shared their numbers has a place of its own afterwards, and is found there.
  for (const each of graph.parameters) if (written.has(each.parameter)) stored(each)
  const { outputs, updates } = runner.run({
    inputs: inputs.map((tensor) => storedOn(tensor, backend, 'compile')),
    parameters: graph.parameters.map(stored),
    constants: graph.constants.map(({ tensor }) => storedOn(tensor, backend, 'compile: a captured tensor')),
  })
  graph.updates.forEach(({ parameter }, i) => {
    Parameter.replaceStorage(parameter, backend, updates[i]!)
  })
  let next = 0
  return mapTensorTree(result, (leaf) => {
    if (!(leaf instanceof Tensor)) return leaf
    const { value } = graph.outputs[next]!
    return storedTensor(graph.values[value]!.spec, backend, outputs[next++]!)
  })
}

function tensorsIn(tree: unknown): Tensor[] {
  const tensors: Tensor[] = []
  mapTensorTree(tree, (leaf) => {
    if (leaf instanceof Tensor) tensors.push(leaf)
    return leaf
  })
  return tensors
}

/** What two calls must have in common to run the same program. */
function keyOf(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype}[${value.shape.join()}]`
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`
  if (value instanceof Map)
    return `<${[...value].map(([key, item]) => `${keyOf(key)}:${keyOf(item)}`).join()}>`
  if (typeof value === 'function') return identityOf(value)
  if (typeof value === 'object' && value !== null) {
    if (Object.getPrototypeOf(value) !== Object.prototype) return identityOf(value)
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}:${keyOf(item)}`)
      .join()}}`
  }
  return typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
}

function moduleKey(module: HasParameters): string {
  let trainable = ''
  for (const [, parameter] of module.namedParameters()) trainable += parameter.trainable ? '1' : '0'
  return `${module.traceKey?.() ?? ''}/${trainable}`
}
