import type { Case } from './task.js'

/** Cases that belong together. */
export interface Suite {
  readonly name: string
  readonly description: string
  cases(options: { readonly quick: boolean }): readonly Case[]
  /** What else than times is measured. */
  readonly measures?: 'memory'
}
