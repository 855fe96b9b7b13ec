import type { Architecture } from './architecture.js'
import { architectures, type ModelType } from './architectures.js'
import { CheckpointError } from './errors.js'
import { FieldReader, type Fields } from './fields.js'

/** The configuration of any model. */
export type ModelConfig = {
  [Type in ModelType]: ReturnType<(typeof architectures)[Type]['parseConfig']>
}[ModelType]

/** What this package knows of a configuration's architecture. */
export function architectureOf({ modelType }: Pick<ModelConfig, 'modelType'>): Architecture<ModelConfig> {
  // A table's line takes its own configurations only, which the compiler cannot see through the look-up.
  return architectures[modelType] as unknown as Architecture<ModelConfig>
}

/** Tokens that a model takes at a time. */
export function longestSequence(config: ModelConfig): number {
  return architectureOf(config).longestSequence(config)
}

/** What a model of the architecture is pre-trained for. */
export function languageModelTask(config: ModelConfig): 'causal-lm' | 'masked-lm' {
  return 'causal-lm' in architectureOf(config).models ? 'causal-lm' : 'masked-lm'
}

/** Whether positions are looked up in a table, beyond whose end a model can compute nothing. */
export function hasLearnedPositions(config: ModelConfig): boolean {
  return architectureOf(config).positions === 'learned'
}

/** A model's configuration from the fields of Hugging Face's `config.json`. */
export function parseConfig(fields: Fields, source = 'config.json'): ModelConfig {
  const { model_type: modelType } = fields
  if (typeof modelType === 'string' && Object.hasOwn(architectures, modelType)) {
    return architectureOf({ modelType: modelType as ModelType }).parseConfig(new FieldReader(fields, source))
  }
  const known = Object.keys(architectures).map((name) => `"${name}"`)
  throw new CheckpointError(
    `${source}: model_type is ${JSON.stringify(modelType)}; expected ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`,
  )
}

/** The configuration as Hugging Face's `config.json` has it; `architecture` is the class with its head. */
export function formatConfig(config: ModelConfig, architecture: string): string {
  const fields = {
    architectures: [architecture],
    model_type: config.modelType,
    ...architectureOf(config).formatConfig(config),
  }
  return `${JSON.stringify(fields, null, 2)}\n`
}
