import type { Backend, Storage, StoredTensor } from './backend.js'
import type { Data, DType } from './dtype.js'
import { lazyTensor, type Make, storedOn, storedTensor, takeStorage } from './eager.js'
import { DTypeError, ParameterError, ShapeError, TraceError } from './errors.js'
import type { Rng } from './rng.js'
import { keep } from './scope.js'
import { checkShape, formatShape, type Shape, sameShape } from './shape.js'
import type { Tensor, TensorSpec } from './tensor.js'

/**
 * Makes a parameter's first numbers; called once, when they are first needed. `rng()` is the parameter's own
 * stream, an error when nobody seeded it.
 */
export type Initializer = (spec: TensorSpec, rng: () => Rng) => Data

/**
 * The one thing that changes: a named place for a tensor. Nothing is drawn or allocated before the first use,
 * so a model of any size can be created and traced. A tensor obtained from `value` keeps its numbers when the
 * parameter is assigned another.
 */
export class Parameter<S extends Shape = Shape, D extends DType = DType> implements TensorSpec<S, D> {
  readonly shape: S
  readonly dtype: D
  /** Whether training changes it; a frozen parameter gets no gradient. */
  trainable: boolean
  readonly #initializer: Initializer | 'zeros'
  #rng: Rng | undefined
  #current: Tensor | undefined
  /** Whether somebody else may hold `#current` and expect it to keep its numbers. */
  #handedOut = false

  constructor(spec: TensorSpec<S, D> & { readonly trainable?: boolean }, initializer: Initializer | 'zeros') {
    checkShape(spec.shape, 'Parameter')
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.trainable = spec.trainable ?? true
    this.#initializer = initializer
  }

  /** The current tensor, as the innermost open tape or trace sees it. */
  get value(): Tensor<S, D> {
    return access.read(this as unknown as Parameter) as unknown as Tensor<S, D>
  }

  /** Gives the parameter the stream that its first numbers are drawn from. */
  seed(rng: Rng): void {
    this.#rng = rng
  }

  /** Replaces the numbers. Shape and dtype stay. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `Parameter.assign: expected shape ${formatShape(this.shape)}, got ${formatShape(value.shape)}`,
      )
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`Parameter.assign: expected dtype ${this.dtype}, got ${value.dtype}`)
    }
    access.write(this as unknown as Parameter, value)
  }

  #stream(): Rng {
    if (this.#rng) return this.#rng
    throw new ParameterError(
      `a parameter of shape ${formatShape(this.shape)} is drawn at random and has no seed; call seedParameters(module, seed)`,
    )
  }

  /** How an access without tape or trace reads and writes. */
  static readonly stored: ParameterAccess = {
    read: (parameter) => {
      parameter.#handedOut = true
      return parameter.#tensor()
    },
    write: (parameter, value) => {
      if (value.interpreter.level !== 0) {
        throw new TraceError(
          `Parameter.assign: a tensor of a ${value.interpreter.name} has no numbers of its own`,
        )
      }
      parameter.#current = keep(value)
      parameter.#handedOut = true
    },
  }

  /**
   * Where a parameter's numbers are on `backend`, for a program that reads them. A program that will also write
   * there says so: a tensor that somebody obtained from `value` then gets a copy of the numbers to keep.
   */
  static storedOn(
    parameter: Parameter,
    backend: Backend,
    where: string,
    { write = false } = {},
  ): StoredTensor {
    const stored = storedOn(parameter.#tensor(), backend, where)
    if (write && parameter.#handedOut) {
      parameter.#current = keep(takeStorage(parameter.#tensor(), backend))
      parameter.#handedOut = false
    }
    return stored
  }

  /** Gives a parameter the storage into which a program has written its new numbers. */
  static replaceStorage(parameter: Parameter, backend: Backend, storage: Storage): void {
    parameter.#current = keep(storedTensor(parameter, backend, storage))
    parameter.#handedOut = false
  }

  #tensor(): Tensor {
    // Not the scope's: a parameter outlives the step that first reads it.
    return (this.#current ??= keep(lazyTensor(this as unknown as Parameter, this.#firstNumbers())))
  }

  #firstNumbers(): Make {
    const initializer = this.#initializer
    if (initializer === 'zeros') return initializer
    return () => initializer(this as unknown as Parameter, () => this.#stream())
  }
}

/** How parameters are read and written: directly, or as an open tape or trace sees them. */
export interface ParameterAccess {
  read(parameter: Parameter): Tensor
  write(parameter: Parameter, value: Tensor): void
}

// Tapes and traces run synchronous code, so this stack cannot be seen by anyone else's `await`.
let access: ParameterAccess = Parameter.stored

/** Runs `body` with parameters read and written through `make(outer)`. Accesses nest; `body` is synchronous. */
export function withParameterAccess<T>(make: (outer: ParameterAccess) => ParameterAccess, body: () => T): T {
  const outer = access
  access = make(outer)
  try {
    return body()
  } finally {
    access = outer
  }
}

/** Whether parameters are read as they are stored: not on a tape, and not in a trace. */
export function readsStoredParameters(): boolean {
  return access === Parameter.stored
}

/** All that `autograd` and `graph` know of a module. */
export interface HasParameters {
  namedParameters(): Iterable<readonly [name: string, parameter: Parameter]>
  /**
   * What decides which ops the module calls, beside its parameters: its mode, its adapters. A compiled function
   * is traced anew when this has changed.
   */
  traceKey?(): string
}
