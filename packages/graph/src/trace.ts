import {
  type AnyOp,
  checkShape,
  currentNameScope,
  formatShape,
  type HasParameters,
  type Interpreter,
  keep,
  mapTensors,
  nextLevel,
  type Options,
  type Parameter,
  type ParameterAccess,
  Tensor,
  type TensorRecord,
  type TensorSpec,
  TraceError,
  withLowestInterpreter,
  withParameterAccess,
} from '@gyre/tensor'
import type {
  Graph,
  GraphConstant,
  GraphNode,
  GraphParameter,
  GraphValue,
  NamedValue,
  Producer,
  ValueId,
  ValueRecord,
} from './graph.js'
import { mapTensorTree, type SpecsOf } from './tensor-tree.js'

/**
 * Runs `fn` once on tensors that know only their shapes, and returns what it does as a graph: no numbers are
 * computed, drawn or allocated, so the training step of a model of any size can be traced. Tensors in the
 * arguments, also inside arrays, plain objects and maps, are inputs, and a plain `{ shape, dtype }` will do in
 * place of one. Parameters are read and assigned by reference, under their names in `modules` (a model and its
 * adapter, say) where those have them; outside the trace they do not change. Other tensors are constants. `fn`
 * must be synchronous; reading numbers in it is a `TraceError`.
 *
 * @source Frostig, Johnson, Leary: Compiling machine learning programs via high-level tracing. SysML 2018.
 */
export function trace<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  ...modules: readonly HasParameters[]
): (...args: SpecsOf<A>) => Graph {
  return (...args) => traceCall(fn, args, modules).graph
}

/** `trace` at once, with what the function returned, whose tensors are `graph.outputs` in the same order. */
export function traceCall<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  args: SpecsOf<A>,
  modules: readonly HasParameters[],
): { readonly graph: Graph; readonly result: unknown } {
  const tracing = new Trace(modules)
  const inputs: NamedValue[] = []
  const traced = mapTensorTree(args, (spec, path) => {
    checkShape(spec.shape, `trace: argument ${path}`)
    const tensor = tracing.source(spec, 'input')
    inputs.push({ path, value: tracing.valueOf(tensor) })
    return tensor
  }) as unknown as A
  const result = tracing.record(() => fn(...traced))

  const outputs: NamedValue[] = []
  mapTensorTree(result, (leaf, path) => {
    if (leaf instanceof Tensor) outputs.push({ path, value: tracing.valueOf(leaf) })
  })
  return { graph: tracing.graph(inputs, outputs), result }
}

/** Records every operation by its shapes. Its tensors' handles are the graph's values. */
class Trace implements Interpreter {
  readonly name = 'trace'
  readonly level = nextLevel()
  #open = true
  /** The modules' parameters; undefined without a module. */
  readonly #names: ReadonlyMap<Parameter, string> | undefined
  readonly #values: GraphValue[] = []
  readonly #nodes: GraphNode[] = []
  readonly #parameters = new Map<Parameter, GraphParameter>()
  readonly #constants = new Map<Tensor, GraphConstant>()
  /** The tensor that each parameter holds at this point of the function. */
  readonly #current = new Map<Parameter, Tensor>()
  readonly #updated = new Set<Parameter>()

  constructor(modules: readonly HasParameters[]) {
    if (modules.length === 0) return
    this.#names = new Map(
      modules.flatMap((module) =>
        [...module.namedParameters()].map(([name, parameter]) => [parameter, name]),
      ),
    )
  }

  /** Runs synchronous code so that this trace sees its operations and its parameters. */
  record<T>(body: () => T): T {
    const access = (): ParameterAccess => ({
      read: (parameter) => this.#read(parameter),
      write: (parameter, value) => {
        this.valueOf(value)
        this.#current.set(parameter, value)
        this.#updated.add(parameter)
      },
    })
    try {
      const result = withParameterAccess(access, () => withLowestInterpreter(this, body))
      if (result instanceof Promise) {
        // The promise may fail too, since its reads do; that failure is this one.
        result.catch(() => {})
        throw new TraceError(
          'trace: the function returns a promise; only synchronous functions can be traced',
        )
      }
      return result
    } finally {
      this.#open = false
    }
  }

  /** A tensor that no operation of the function makes. */
  source(spec: TensorSpec, producer: Producer): Tensor {
    return new Tensor({ shape: spec.shape, dtype: spec.dtype }, this, this.#addValue(spec, producer))
  }

  /** The value behind a tensor; one from elsewhere becomes a constant, its numbers untouched. */
  valueOf(tensor: Tensor): ValueId {
    if (tensor.interpreter === this) return (tensor.handle as GraphValue).id
    if (tensor.interpreter.level > this.level) {
      throw new TraceError(
        `trace: a tensor of a ${tensor.interpreter.name} is used outside the function that it belongs to`,
      )
    }
    let constant = this.#constants.get(tensor)
    if (!constant) {
      // Kept: the graph may be run after the scope in which the function made the constant.
      constant = { tensor: keep(tensor), value: this.#addValue(tensor, 'constant').id }
      this.#constants.set(tensor, constant)
    }
    return constant.value
  }

  run(op: AnyOp, inputs: TensorRecord, options: Options): TensorRecord {
    if (!this.#open) {
      throw new TraceError(
        `${op.name}: an input was made while tracing and has no numbers; do not keep tensors from a traced function`,
      )
    }
    const specs = op.shape(inputs, options)
    const results: Record<string, ValueId | readonly ValueId[]> = {}
    const node: GraphNode = {
      index: this.#nodes.length,
      op,
      inputs: mapTensors(inputs, (tensor) => this.valueOf(tensor)) as ValueRecord,
      options,
      results,
      scope: currentNameScope(),
    }
    this.#nodes.push(node)
    const outputs: Record<string, Tensor | readonly Tensor[]> = {}
    for (const [name, spec] of Object.entries(specs)) {
      if (spec === undefined) continue
      const made = Array.isArray(spec)
        ? spec.map((each) => this.source(each, node))
        : this.source(spec as TensorSpec, node)
      outputs[name] = made
      results[name] = Array.isArray(made)
        ? made.map((tensor) => this.valueOf(tensor))
        : this.valueOf(made as Tensor)
    }
    return outputs
  }

  read(tensor: Tensor): never {
    return this.readSync(tensor)
  }

  readSync(tensor: Tensor): never {
    const { producer } = tensor.handle as GraphValue
    const what =
      typeof producer === 'string'
        ? `this ${producer}`
        : `the result of ${producer.op.name}${producer.scope.path && ` in ${producer.scope.path}`}`
    throw new TraceError(
      `${what} has a shape, ${formatShape(tensor.shape)}, but no numbers while its function is traced`,
    )
  }

  backendOf(): undefined {
    return undefined
  }

  /** What was recorded. */
  graph(inputs: readonly NamedValue[], outputs: readonly NamedValue[]): Graph {
    return {
      values: this.#values,
      nodes: this.#nodes,
      inputs,
      parameters: [...this.#parameters.values()],
      constants: [...this.#constants.values()],
      outputs,
      updates: [...this.#updated].map((parameter) => ({
        parameter,
        value: this.valueOf(this.#current.get(parameter)!),
      })),
    }
  }

  #read(parameter: Parameter): Tensor {
    let tensor = this.#current.get(parameter)
    if (!tensor) {
      tensor = this.source(parameter, 'parameter')
      this.#current.set(parameter, tensor)
      this.#parameters.set(parameter, {
        parameter,
        name: this.#names?.get(parameter),
        inModule: this.#names?.has(parameter) ?? true,
        trainable: parameter.trainable,
        value: this.valueOf(tensor),
      })
    }
    return tensor
  }

  #addValue(spec: TensorSpec, producer: Producer): GraphValue {
    const value: GraphValue = {
      id: this.#values.length,
      spec: { shape: spec.shape, dtype: spec.dtype },
      producer,
    }
    this.#values.push(value)
    return value
  }
}
