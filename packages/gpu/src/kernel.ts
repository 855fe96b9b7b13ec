import type {
  Data,
  DType,
  Inputs,
  Kernel,
  Mapped,
  Op,
  Options,
  Results,
  SpecRecord,
  TensorSpec,
} from '@gyre/tensor'
import type { Block } from './program/block.js'
import type { Dispatch, ElementwiseCall } from './program/step.js'

/** A tensor's shape and dtype, and the memory that its numbers have. */
export interface Located extends TensorSpec {
  readonly block: Block
}

/** Where an op's work is put down, in the order in which it runs. */
export interface Lowering {
  /** What the device allows, such as the workgroup memory that a kernel may take. */
  readonly limits: GPUSupportedLimits
  /** Runs a kernel written in WGSL. */
  dispatch(call: Dispatch): void
  /**
   * Computes each element of a result from elements of inputs. Calls of the same size that follow each other become
   * one kernel, in which what one makes and the next takes stays in a register.
   */
  elementwise(call: ElementwiseCall): void
  /** Copies all numbers; nothing when both are the same block. */
  copy(from: Block, to: Block): void
  /** Memory for this op alone, not zeroed, free again after it. */
  workspace(bytes: number): Block
  /** A table that is made once for all programs, under a name that says what is in it. */
  constant(name: string, make: () => Data): Block
  /**
   * The `guard` of a dispatch that may `refuse`; `makeError` gives the error for the position and the number that were
   * refused. It is thrown where results are read: a kernel goes on with some number that does fit.
   */
  guard(makeError: (position: number, value: number) => Error): number
}

/** How an op runs on this backend. */
export interface GpuKernel<I extends Inputs, O extends Options, R extends Results> extends Kernel {
  /** The dtypes of all inputs and results must be among these; otherwise the op's composition runs. */
  readonly dtypes: readonly DType[]
  /** What else must hold; default nothing. */
  readonly takes?: (inputs: Mapped<I, TensorSpec>, options: O) => boolean
  /** Puts down the op's work. Results are not zeroed. A result that the op may write over an input may be that block. */
  readonly lower: (
    inputs: Mapped<I, Located>,
    options: O,
    results: Mapped<R, Located>,
    lowering: Lowering,
  ) => void
}

/** A kernel with its types forgotten, as the backend handles it. */
export interface AnyGpuKernel extends Kernel {
  readonly takes?: (inputs: SpecRecord, options: Options) => boolean
  readonly lower: (
    inputs: LocatedRecord,
    options: Options,
    results: LocatedRecord,
    lowering: Lowering,
  ) => void
}
export type LocatedRecord = { readonly [name: string]: Located | readonly Located[] | undefined }

/** The kernel of an op, typed by the op's inputs, options and results. */
export function kernelFor<I extends Inputs, O extends Options, R extends Results>(
  _op: Op<I, O, R>,
  kernel: GpuKernel<I, O, R>,
): AnyGpuKernel {
  return kernel as unknown as AnyGpuKernel
}
