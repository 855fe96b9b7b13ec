import type { Absent } from './participant.js'
import type { Row } from './run-case.js'

/** A run, as `--json` writes it. */
export interface Results {
  /** Processor, number of processors at once, version of Node. */
  readonly machine: string
  /** Processes that wanted to run besides, on average over the last minutes: the beginning's and the end's. */
  readonly load: readonly [number, number]
  readonly date: string
  readonly quick: boolean
  readonly systems: readonly {
    readonly name: string
    readonly threads: number
    readonly about: string
    /** The GPU, of systems that run on one. */
    readonly adapter?: string
  }[]
  readonly absent: readonly Absent[]
  /** What the floor of a step is reckoned with, in GFLOP/s; only where that suite ran beside PyTorch. */
  readonly rates?: {
    readonly ceilings: { readonly simd128: number; readonly relaxedSimd: number }
    readonly pytorch: { readonly [threads: string]: number }
  }
  readonly rows: readonly Row[]
}
