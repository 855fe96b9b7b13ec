import type { Backend } from './backend.js'
import type { DataOf, DType } from './dtype.js'
import { ShapeError } from './errors.js'
import type { Interpreter } from './interpreter.js'
import { type Shape, sizeOf } from './shape.js'

/** What is known of a tensor before it has numbers. */
export interface TensorSpec<S extends Shape = Shape, D extends DType = DType> {
  readonly shape: S
  readonly dtype: D
}

/**
 * An immutable, row-major value: a shape, a dtype, and a handle that belongs to the interpreter which made it
 * (numbers for eager, an entry of a tape, a node of a graph). Operations are functions: `add(a, b)`.
 */
export class Tensor<S extends Shape = Shape, D extends DType = DType> implements TensorSpec<S, D> {
  readonly shape: S
  readonly dtype: D
  /** Who runs the operations that this tensor enters. */
  readonly interpreter: Interpreter
  /** Opaque to everyone but `interpreter`. */
  readonly handle: unknown

  constructor(spec: TensorSpec<S, D>, interpreter: Interpreter, handle: unknown) {
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.interpreter = interpreter
    this.handle = handle
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** The backend that holds the numbers; undefined for a constant that no kernel has used yet. */
  get backend(): Backend | undefined {
    return this.interpreter.backendOf(this)
  }

  /** A copy of the numbers, row-major; complex numbers interleaved. Works on every backend. */
  data(): Promise<DataOf[D]> {
    return this.interpreter.read(this) as Promise<DataOf[D]>
  }

  /** A copy of the numbers where the backend is synchronous; a `BackendError` where it is not. */
  dataSync(): DataOf[D] {
    return this.interpreter.readSync(this) as DataOf[D]
  }

  /** The number of a tensor that has exactly one element. */
  async item(): Promise<number> {
    return single(this, await this.data())
  }

  /** `item()` where the backend is synchronous. */
  itemSync(): number {
    return single(this, this.dataSync())
  }
}

function single(tensor: Tensor, data: ArrayLike<number>): number {
  if (data.length !== 1) {
    throw new ShapeError(
      `item() needs one real element, not shape [${tensor.shape.join(', ')}] of ${tensor.dtype}`,
    )
  }
  return data[0]!
}
