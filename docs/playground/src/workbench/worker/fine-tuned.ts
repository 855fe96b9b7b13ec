import type { Adapter } from '@gyre/adapters'
import type { Tokenizer } from '@gyre/data'
import type { TaskKind } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import type { BaseName } from '../contract.js'

/** A model with what it learned: it can be asked, measured and exported. */
export interface FineTuned {
  readonly base: BaseName
  readonly model: Model
  readonly tokenizer: Tokenizer
  readonly kind: TaskKind
  /** Names of the classes, in the order of the head's outputs. */
  readonly labels: readonly string[]
  /** Tokens in a text, at most. */
  readonly sequenceLength: number
  /** Seeds what is drawn of an answer. */
  readonly seed: number
  /** Undefined where the model's own weights were trained. */
  readonly adapter: Adapter | undefined
}
