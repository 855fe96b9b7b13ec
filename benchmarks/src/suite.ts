import type { Case } from './task.js'

/** Cases that belong together. */
export interface Suite {
  readonly name: string
  readonly description: string
  cases(options: { readonly quick: boolean }): readonly Case[]
  /** Whether it is for systems on a GPU, beside Gyre on the processor; others leave those out. Runs only when named. */
  readonly onGpu?: boolean
  /** Whether times are held against the floor of a step. */
  readonly hasFloor?: boolean
  /** What else than times is measured. */
  readonly measures?: 'memory'
}
