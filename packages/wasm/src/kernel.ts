import type { Data, DType, Inputs, Kernel, Mapped, Op, Options, Results, TensorSpec } from '@gyre/tensor'
import type { MemoryBlock } from './command.js'
import type { KernelArguments } from './kernels.generated.js'

/** A tensor's shape and dtype, and where its numbers lie. */
export interface Located extends TensorSpec {
  readonly block: MemoryBlock
  /** False for a result that a compiled graph does not need: it has memory, but may be left uncomputed. */
  readonly used: boolean
}

export interface CallOptions {
  /** Parts that may run at once, numbered from 0; decided by shapes alone. Default 1. */
  readonly chunks?: number
  /** Bytes that each thread needs to itself. */
  readonly scratch?: number
  /** Whether the kernel may call `halt`. */
  readonly mayHalt?: boolean
  /**
   * Whether chunk i computes elements `i · chunkSize` and on of `count`, from the elements of inputs of that size at
   * the same places. Such calls that follow each other are run tile by tile.
   */
  readonly elementwise?: boolean
}

/** Where an op's calls of kernels are put down, in the order in which they run. */
export interface Lowering {
  run<Name extends keyof KernelArguments>(
    kernel: Name,
    args: Readonly<KernelArguments[Name]>,
    options?: CallOptions,
  ): void
  /** Memory for this op alone, not zeroed, free again after it. */
  workspace(bytes: number): MemoryBlock
  /** A table that is made once for all programs, under a name that says what is in it. */
  constant(name: string, make: () => Data): MemoryBlock
  /** The number to `halt` with; `makeError` gives the error for the position and the number that were refused. */
  guard(makeError: (position: number, value: number) => Error): number
}

/** How an op runs on the kernels of this package. */
export interface WasmKernel<I extends Inputs, O extends Options, R extends Results> extends Kernel {
  /** The dtypes of all inputs and results must be among these; otherwise the reference kernel runs. */
  readonly dtypes: readonly DType[]
  /** Inputs over which a result of the same size may be written, when nobody needs them any more. */
  readonly inPlace?: readonly (keyof I & string)[]
  /** What else must hold; default nothing. */
  readonly takes?: (inputs: Mapped<I, TensorSpec>, options: O) => boolean
  /** Writes the op's calls. Results are not zeroed. */
  readonly lower: (
    inputs: Mapped<I, Located>,
    options: O,
    results: Mapped<R, Located>,
    lowering: Lowering,
  ) => void
}

/** A kernel with its types forgotten, as the backend handles it. */
export interface AnyWasmKernel extends Kernel {
  readonly inPlace?: readonly string[]
  readonly takes?: (inputs: LocatedSpecs, options: Options) => boolean
  readonly lower: (
    inputs: LocatedRecord,
    options: Options,
    results: LocatedRecord,
    lowering: Lowering,
  ) => void
}
export type LocatedSpecs = {
  readonly [name: string]: TensorSpec | readonly TensorSpec[] | undefined
}
export type LocatedRecord = { readonly [name: string]: Located | readonly Located[] | undefined }

/** The kernel of an op, typed by the op's inputs, options and results. */
export function kernelFor<I extends Inputs, O extends Options, R extends Results>(
  _op: Op<I, O, R>,
  kernel: WasmKernel<I, O, R>,
): AnyWasmKernel {
  return kernel as unknown as AnyWasmKernel
}
