import type { AdapterMethod, ModelSpec, ParameterSpec } from './models.js'

/** Work as plain data, so that every system, in whatever language, can be asked for it. */
export type Task =
  /** C = op(A) op(B), C of m × n. */
  | {
      readonly kind: 'sgemm'
      readonly m: number
      readonly n: number
      readonly k: number
      readonly transposeA: boolean
      readonly transposeB: boolean
    }
  /** The bins 0 … n/2 of each row. */
  | { readonly kind: 'rfft'; readonly rows: number; readonly n: number }
  | {
      readonly kind: 'softmax' | 'layerNorm' | 'crossEntropy'
      readonly rows: number
      readonly columns: number
      readonly pass: Pass
    }
  /** One step over parameters of these sizes. */
  | { readonly kind: 'adamw'; readonly sizes: readonly number[] }
  /** A layer of n × n in circulant blocks of p × p. */
  | {
      readonly kind: 'blockCirculant'
      readonly rows: number
      readonly n: number
      readonly p: number
      readonly pass: Pass
    }
  | StepTask
  /** Greedy decoding, measured per token. */
  | {
      readonly kind: 'decode'
      readonly model: ModelSpec
      readonly parameters: readonly ParameterSpec[]
      readonly promptLength: number
      readonly newTokens: number
    }

/** A training step, or only the forward pass and its loss. */
export interface StepTask {
  readonly kind: 'step'
  readonly model: ModelSpec
  readonly method: 'forward' | 'full' | AdapterMethod
  readonly parameters: readonly ParameterSpec[]
  /** Those of the adapter, on the frozen model. */
  readonly adapterParameters: readonly ParameterSpec[]
  /** Names of the model's own parameters that are trained. */
  readonly trained: readonly string[]
  readonly learningRate: number
}

/** The gradients are those of every float input, for a given gradient that arrives at the result. */
export type Pass = 'forward' | 'forward+backward'

/** A task with its name and what is known of it beforehand. */
export interface Case {
  /** As `--cases` selects it: `enc256/full`. */
  readonly name: string
  readonly task: Task
  /** Floating-point operations of one run, where a rate is meaningful. */
  readonly flops?: number
  /** Those of matrix products, which have a ceiling of their own. */
  readonly matmulFlops?: number
  /** Largest difference between two systems' results, relative to their size. */
  readonly tolerance: number
  /** Bytes that one run has to read and to write at least: inputs and results, once each. */
  readonly bytes?: number
  /** So many runs are given to a GPU before it is waited for; default 1. */
  readonly inARow?: number
  /** Times are divided by it: the tokens of a decoding. Default 1. */
  readonly unitsPerRun?: number
}
