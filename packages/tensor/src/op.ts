import type { Data } from './dtype.js'
import type { SampleSource } from './samples.js'
import type { Tensor, TensorSpec } from './tensor.js'

/** Named inputs of an op: a tensor, an optional tensor, or a list of tensors each. */
export type Inputs = { readonly [name: string]: Tensor | readonly Tensor[] | undefined }
/** Named results of an op: a tensor or a list of tensors each. */
export type Results = { readonly [name: string]: Tensor | readonly Tensor[] }
/** Any record of inputs or results, for code that treats all ops alike. */
export type TensorRecord = { readonly [name: string]: Tensor | readonly Tensor[] | undefined }

/** What an op may be told beside its tensors. Values that change each step (a learning rate) are tensors. */
export type OptionValue = number | boolean | string | undefined | readonly OptionValue[]
export type Options = { readonly [name: string]: OptionValue }

/** Every tensor of a record replaced by `T`, keeping names, lists and absences. */
export type Mapped<I, T> = {
  readonly [K in keyof I]: I[K] extends readonly Tensor[]
    ? readonly T[]
    : I[K] extends Tensor
      ? T
      : I[K] extends Tensor | undefined
        ? T | undefined
        : T | readonly T[] | undefined
}

/** Numbers at hand: what a reference kernel reads and writes. */
export interface DenseArray extends TensorSpec {
  readonly data: Data
}

/** Marks what has no derivative, and why. */
export interface NotDifferentiable {
  readonly notDifferentiable: string
}
export function notDifferentiable(reason: string): NotDifferentiable {
  return { notDifferentiable: reason }
}

/** Marks an op that is differentiated by differentiating its `composition` in its place. */
export interface ThroughComposition {
  readonly throughComposition: true
}
export const throughComposition: ThroughComposition = { throughComposition: true }

/** How one input's gradient is had: computed when it is needed, or not at all. */
export type GradientOf<T> =
  | NotDifferentiable
  | (() => NonNullable<T> extends readonly Tensor[] ? readonly Tensor[] : Tensor)

export interface VjpContext<I extends Inputs, O extends Options, R extends Results> {
  readonly inputs: I
  readonly options: O
  /** The op's results, those saved for the backward pass included. */
  readonly outputs: R
  /** The gradient that arrives at each result; zeros where nothing arrived. */
  readonly grads: R
}

/** The gradient of every input, named like the input. */
export type Gradients<I extends Inputs> = { readonly [K in keyof I]-?: GradientOf<I[K]> }

export interface Cost {
  /** Floating-point operations by the conventions of docs/cost-model.md: a multiply-add is 2. */
  readonly flops: number
  /** Bytes moved; when left out, every input is read once and every result written once. */
  readonly bytes?: number
}

export interface Sample<I extends Inputs, O extends Options> {
  readonly name: string
  readonly inputs: I
  readonly options: O
}

/**
 * An operation, defined once with everything that belongs to it. Interpreters, backends, the cost counter and
 * the generated tests read these fields; none of them holds a list of ops.
 */
export interface OpDefinition<I extends Inputs, O extends Options, R extends Results> {
  readonly name: string
  readonly doc: { readonly summary: string; readonly source?: string }
  /** Shape and dtype of each result, or a clear `ShapeError` or `DTypeError` that starts with the op's name. */
  readonly shape: (inputs: Mapped<I, TensorSpec>, options: O) => Mapped<R, TensorSpec>
  /** The obvious computation, correct by reading, in float32 and float64. Results arrive zeroed. */
  readonly reference: (inputs: Mapped<I, DenseArray>, options: O, results: Mapped<R, DenseArray>) => void
  /** The gradient of every input, made of ops: differentiable again, traceable, costed. */
  readonly vjp: ((context: VjpContext<I, O, R>) => Gradients<I>) | NotDifferentiable | ThroughComposition
  readonly cost: (inputs: Mapped<I, TensorSpec>, options: O, results: Mapped<R, TensorSpec>) => Cost
  /** Seeded inputs in float64, from which conformance tests and gradient checks are generated. */
  readonly samples: (source: SampleSource) => readonly Sample<I, O>[]
  /** A fused op as simpler ops: it is tested against them, values and gradients. Saved results are left out. */
  readonly composition?: (inputs: I, options: O) => Partial<R>
  /**
   * Results that exist for the backward pass alone. Their layout belongs to the backend that made them; no
   * gradient flows through them.
   */
  readonly saved?: readonly (keyof R & string)[]
  /** The input whose numbers the single result shares: nothing is computed or copied. */
  readonly view?: keyof I & string
  /** Which input's storage a result may overwrite, when the caller gives that input up. */
  readonly donates?: { readonly [result in keyof R]?: keyof I & string }
}

export interface Op<I extends Inputs, O extends Options, R extends Results = { output: Tensor }>
  extends OpDefinition<I, O, R> {}

/** An op with its types forgotten, as interpreters and backends handle it. */
export interface AnyOp {
  readonly name: string
  readonly doc: { readonly summary: string; readonly source?: string }
  readonly shape: (inputs: Record<string, unknown>, options: Options) => SpecRecord
  readonly reference: (inputs: ArrayRecord, options: Options, results: ArrayRecord) => void
  readonly vjp: ((context: AnyVjpContext) => AnyGradients) | NotDifferentiable | ThroughComposition
  readonly cost: (inputs: SpecRecord, options: Options, results: SpecRecord) => Cost
  readonly samples: (source: SampleSource) => readonly Sample<Inputs, Options>[]
  readonly composition?: (inputs: TensorRecord, options: Options) => TensorRecord
  readonly saved?: readonly string[]
  readonly view?: string
  readonly donates?: { readonly [result: string]: string | undefined }
}
export type SpecRecord = { readonly [name: string]: TensorSpec | readonly TensorSpec[] | undefined }
export type ArrayRecord = { readonly [name: string]: DenseArray | readonly DenseArray[] | undefined }
export interface AnyVjpContext {
  readonly inputs: TensorRecord
  readonly options: Options
  readonly outputs: TensorRecord
  readonly grads: TensorRecord
}
export type AnyGradients = {
  readonly [input: string]: NotDifferentiable | (() => Tensor | readonly Tensor[])
}

/**
 * Defines an op: `defineOp<Inputs, Options, Results>()({ … })`. A forgotten field, or the gradient of one input,
 * does not compile. The second call has no type parameters of its own, so that an op whose gradient uses itself
 * compiles (TS7022).
 */
export function defineOp<
  I extends Inputs,
  O extends Options = Record<never, never>,
  R extends Results = { output: Tensor },
>(): (definition: OpDefinition<I, O, R>) => Op<I, O, R> {
  return (definition) => definition
}

/** Computes once, on first use: for gradients of several inputs that share their work. */
export function lazy<T>(compute: () => T): () => T {
  let result: { value: T } | undefined
  return () => (result ??= { value: compute() }).value
}
