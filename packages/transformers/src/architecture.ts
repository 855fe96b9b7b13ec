import type { Module } from '@gyre/nn'
import type { FieldReader, Fields } from './fields.js'
import type { ModelTask } from './pretrained-model.js'

/** A class of models for one task. */
export interface ModelClass<Config, Task extends ModelTask> {
  /** Its name in Hugging Face's `architectures`. */
  readonly architecture: string
  new (config: Config): Module & { readonly task: Task }
}

type ModelClasses<Config> = { readonly [Task in ModelTask]?: ModelClass<Config, Task> }

/** Everything that this package knows of an architecture beside its modules. */
export interface Architecture<Config, Models extends ModelClasses<Config> = ModelClasses<Config>> {
  /** Reads `config.json`. Throws a `CheckpointError` where it asks for what the models do not compute. */
  readonly parseConfig: (read: FieldReader) => Config
  /** The fields of `config.json`, without `model_type` and `architectures`. */
  readonly formatConfig: (config: Config) => Fields
  /** Whether positions are looked up in a table that ends, or are angles, which do not. */
  readonly positions: 'learned' | 'rotary'
  /** Tokens that a model takes at a time. */
  readonly longestSequence: (config: Config) => number
  /** The class for each task; the first is the default. */
  readonly models: Models
  /** The module that all the models share: files of it alone leave its name out of theirs. */
  readonly body: string
  /** Tensors that files hold beside a model's parameters, and that no model here needs. */
  readonly unusedKeys: RegExp
}

/** Checks an architecture's definition; gives it back with its precise types. */
export function defineArchitecture<Config>() {
  return <const Models extends ModelClasses<Config>>(
    architecture: Architecture<Config, Models>,
  ): Architecture<Config, Models> => architecture
}
