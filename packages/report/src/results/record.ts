/** A point of a curve over a run's steps. */
export interface Curve {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

/**
 * What one run was and what came out of it: a line of a results file. A sweep, a comparison and a simulation write
 * these, and a report reads them, whoever wrote them.
 */
export interface ResultRecord {
  readonly format: 1
  /** What kind of work it was: `compare`, `sweep` or `simulate`. */
  readonly kind: string
  /** Names the work: equal cells are the same work, and the first record of a cell counts. */
  readonly cell: string
  /** What was asked for: model, task, method, block size, learning rate, seed, … Names are the command line's. */
  readonly settings: { readonly [name: string]: string | number | boolean | null }
  /** Of Gyre, Node, the platform, and the backend with its variant. */
  readonly versions: { readonly [name: string]: string }
  /**
   * Numbers at the end: `accuracy`, `loss`, `trainableParameters`, `flopsPerToken` (of a training step), `seconds`,
   * `processorSeconds`, `peakBytes`, …; `diverged` is 1 in place of measures where a run left the numbers.
   */
  readonly metrics: { readonly [name: string]: number }
  /** Numbers over the steps: `loss`, `gradientNorm`, `accuracy`. */
  readonly curves: { readonly [name: string]: Curve }
  /** By layer, where a method chose block sizes: the module's path and its block size, 0 where it has none. */
  readonly blockSizes?: { readonly [site: string]: number }
  /** When it ended, as ISO 8601. */
  readonly finishedAt: string
}
