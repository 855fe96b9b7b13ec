import { type Backend, commonBackend, getBackend, type Storage, type StoredTensor } from './backend.js'
import type { Data } from './dtype.js'
import { BackendError, ScopeError } from './errors.js'
import { type Interpreter, mapTensors, tensorsOf } from './interpreter.js'
import type { SpecRecord, TensorRecord } from './op.js'
import { currentScope, type Owned, Scope, type Scoped } from './scope.js'
import { Tensor, type TensorSpec } from './tensor.js'

/** A tensor's numbers, or how to make them on first use: a constant that nobody reads allocates nothing. */
class Contents implements Owned {
  stored: { readonly backend: Backend; readonly storage: Storage } | undefined
  make: Make | undefined
  /** The scope that gives them back, where the backend wants that. */
  owner: Scope | undefined

  constructor(make: Make | undefined) {
    this.make = make
  }

  /** Takes numbers, which end with `scope` where their backend has to be told. */
  hold(backend: Backend, storage: Storage, scope: Scope | undefined): void {
    this.stored = { backend, storage }
    if (backend.release !== undefined && scope !== undefined) Scope.give(this, scope)
  }

  free(): void {
    if (this.stored) this.stored.backend.release!(this.stored.storage)
  }
}

/** How numbers are made on first use. */
export type Make = (() => Data) | 'zeros'

/** The eager interpreter's handle. Views of one tensor share `contents`. */
interface EagerValue extends Scoped {
  readonly contents: Contents
  scope: Scope | undefined
}

/** Runs every operation at once on the inputs' backend. */
export const eager: Interpreter = {
  name: 'eager',
  level: 0,

  run(op, inputs, options) {
    const specs = op.shape(inputs, options)
    if (op.view !== undefined)
      return { output: viewOf(inputs[op.view] as Tensor, specs.output as TensorSpec) }
    const backend = backendOfInputs(inputs, op.name)
    const stored = backend.run(
      op,
      mapTensors(inputs, (tensor) => store(tensor, backend, op.name)),
      options,
      specs,
    )
    return wrapResults(stored, specs, backend)
  },

  async read(tensor) {
    const stored = store(tensor, backendOf(tensor) ?? getBackend(), 'data()')
    return backendOf(tensor)!.read(stored)
  },

  readSync(tensor) {
    const backend = backendOf(tensor) ?? getBackend()
    if (backend.readSync === undefined) {
      throw new BackendError(
        `dataSync(): backend ${backend.name} cannot read without waiting; use await t.data()`,
      )
    }
    return backend.readSync(store(tensor, backend, 'dataSync()'))
  },

  backendOf,
}

/** A tensor whose numbers are made when they are first needed. */
export function lazyTensor<S extends TensorSpec['shape'], D extends TensorSpec['dtype']>(
  spec: TensorSpec<S, D>,
  make: Make,
): Tensor<S, D> {
  const value: EagerValue = { contents: new Contents(make), scope: currentScope() }
  return new Tensor(spec, eager, value)
}

function backendOf(tensor: Tensor): Backend | undefined {
  return (tensor.handle as EagerValue).contents.stored?.backend
}

function backendOfInputs(inputs: TensorRecord, where: string): Backend {
  const backends: Backend[] = []
  for (const name in inputs) {
    for (const tensor of tensorsOf(inputs[name])) {
      const backend = backendOf(tensor)
      if (backend) backends.push(backend)
    }
  }
  return commonBackend(backends, where) ?? getBackend()
}

/** A tensor's numbers on `backend`, which are made there on first use; another backend's are an error. */
export function storedOn(tensor: Tensor, backend: Backend, where: string): StoredTensor {
  const other = backendOf(tensor)
  if (other !== undefined && other !== backend) commonBackend([other, backend], where)
  return store(tensor, backend, where)
}

/** A tensor over numbers that a backend holds. */
export function storedTensor(spec: TensorSpec, backend: Backend, storage: Storage): Tensor {
  const { shape, dtype } = spec
  const contents = new Contents(undefined)
  contents.hold(backend, storage, currentScope())
  return new Tensor({ shape, dtype }, eager, { contents, scope: currentScope() } satisfies EagerValue)
}

/** A new tensor over the storage of `tensor`, which gets a copy of the numbers and keeps them. */
export function takeStorage(tensor: Tensor, backend: Backend): Tensor {
  const { contents } = tensor.handle as EagerValue
  const { storage } = contents.stored!
  const { shape, dtype } = tensor
  contents.stored = { backend, storage: backend.copy({ shape, dtype, storage }) }
  return storedTensor(tensor, backend, storage)
}

function store(tensor: Tensor, backend: Backend, where: string): StoredTensor {
  const { contents, scope } = tensor.handle as EagerValue
  if (scope?.ended) {
    throw new ScopeError(
      `${where}: a tensor of shape [${tensor.shape.join(', ')}] is used after the scope that made it ended; ` +
        'return it from the scope or keep(t) it',
    )
  }
  if (contents.stored === undefined) {
    const make = contents.make!
    const storage = make === 'zeros' ? backend.zeros(tensor) : backend.store(tensor, make())
    contents.hold(backend, storage, scope)
    contents.make = undefined
  }
  return { shape: tensor.shape, dtype: tensor.dtype, storage: contents.stored!.storage }
}

function viewOf(tensor: Tensor, spec: TensorSpec): Tensor {
  const value = tensor.handle as EagerValue
  return new Tensor(spec, eager, { contents: value.contents, scope: value.scope } satisfies EagerValue)
}

function wrapResults(
  stored: { readonly [name: string]: StoredTensor | readonly StoredTensor[] | undefined },
  specs: SpecRecord,
  backend: Backend,
): TensorRecord {
  const wrap = (result: StoredTensor): Tensor => storedTensor(result, backend, result.storage)
  const results: Record<string, Tensor | readonly Tensor[]> = {}
  for (const name of Object.keys(specs)) {
    const value = stored[name]!
    results[name] = Array.isArray(value) ? value.map(wrap) : wrap(value as StoredTensor)
  }
  return results
}
