import { CheckpointError } from './errors.js'
import type { LlamaConfig } from './llama.js'
import type { RobertaConfig } from './roberta.js'

export type ModelConfig = LlamaConfig | RobertaConfig

/** Tokens that a model takes at a time: as many as it has learned positions for. */
export function longestSequence(config: ModelConfig): number {
  // RoBERTa counts positions from the one after padding's.
  return config.maxPositionEmbeddings - (config.modelType === 'roberta' ? config.padTokenId + 1 : 0)
}

type Fields = { readonly [name: string]: unknown }

/** Reads the fields of one object, with errors that name the file and the field. */
class FieldReader {
  readonly #fields: Fields
  readonly #source: string

  constructor(fields: Fields, source: string) {
    this.#fields = fields
    this.#source = source
  }

  number(name: string, fallback?: number): number {
    const value = this.#fields[name] ?? fallback
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#wrong(name, 'a number', value)
    return value
  }

  /** An integer ≥ 1. */
  size(name: string, fallback?: number): number {
    const value = this.number(name, fallback)
    if (!Number.isInteger(value) || value < 1) throw this.#wrong(name, 'an integer ≥ 1', value)
    return value
  }

  /** A token id; absent and null are undefined. */
  token(name: string): number | undefined {
    const value = this.#fields[name] ?? undefined
    return value === undefined ? undefined : this.number(name)
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#fields[name] ?? fallback
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false', value)
    return value
  }

  /** Throws unless the field is absent, null or one of the values that the model computes. */
  expect(name: string, ...values: readonly unknown[]): void {
    const value = this.#fields[name] ?? null
    if (value !== null && !values.includes(value)) {
      throw this.#wrong(name, values.map((v) => JSON.stringify(v)).join(' or ') || 'null', value)
    }
  }

  /** Throws unless `size`, field `name`, is a multiple of `by`, field `divisor`. */
  expectMultiple(name: string, size: number, divisor: string, by: number): void {
    if (size % by !== 0) {
      throw new CheckpointError(`${this.#source}: ${name} (${size}) is not a multiple of ${divisor} (${by})`)
    }
  }

  #wrong(name: string, expected: string, value: unknown): CheckpointError {
    return new CheckpointError(`${this.#source}: ${name} should be ${expected}, not ${JSON.stringify(value)}`)
  }
}

/** A model's configuration from the fields of Hugging Face's `config.json`. */
export function parseConfig(fields: Fields, source = 'config.json'): ModelConfig {
  const read = new FieldReader(fields, source)
  if (fields.model_type === 'llama') return llamaConfig(read)
  if (fields.model_type === 'roberta') return robertaConfig(read, fields)
  throw new CheckpointError(
    `${source}: model_type is ${JSON.stringify(fields.model_type)}; expected "llama" or "roberta"`,
  )
}

function llamaConfig(read: FieldReader): LlamaConfig {
  read.expect('hidden_act', 'silu')
  read.expect('rope_scaling')
  read.expect('attention_bias', false)
  read.expect('mlp_bias', false)
  const numAttentionHeads = read.size('num_attention_heads')
  const config: LlamaConfig = {
    modelType: 'llama',
    vocabSize: read.size('vocab_size'),
    hiddenSize: read.size('hidden_size'),
    intermediateSize: read.size('intermediate_size'),
    numHiddenLayers: read.size('num_hidden_layers'),
    numAttentionHeads,
    numKeyValueHeads: read.size('num_key_value_heads', numAttentionHeads),
    maxPositionEmbeddings: read.size('max_position_embeddings', 2048),
    rmsNormEps: read.number('rms_norm_eps', 1e-6),
    ropeTheta: read.number('rope_theta', 10000),
    tieWordEmbeddings: read.boolean('tie_word_embeddings', false),
    initializerRange: read.number('initializer_range', 0.02),
    bosTokenId: read.token('bos_token_id'),
    eosTokenId: read.token('eos_token_id'),
    padTokenId: read.token('pad_token_id'),
  }
  read.expectMultiple('hidden_size', config.hiddenSize, 'num_attention_heads', numAttentionHeads)
  read.expectMultiple(
    'num_attention_heads',
    numAttentionHeads,
    'num_key_value_heads',
    config.numKeyValueHeads,
  )
  return config
}

function robertaConfig(read: FieldReader, fields: Fields): RobertaConfig {
  read.expect('hidden_act', 'gelu')
  read.expect('position_embedding_type', 'absolute')
  read.expect('problem_type', 'regression', 'single_label_classification')
  const labels = fields.id2label
  const numLabels = typeof labels === 'object' && labels !== null ? Object.keys(labels).length : 2
  const config: RobertaConfig = {
    modelType: 'roberta',
    vocabSize: read.size('vocab_size'),
    hiddenSize: read.size('hidden_size'),
    intermediateSize: read.size('intermediate_size'),
    numHiddenLayers: read.size('num_hidden_layers'),
    numAttentionHeads: read.size('num_attention_heads'),
    maxPositionEmbeddings: read.size('max_position_embeddings'),
    typeVocabSize: read.size('type_vocab_size', 1),
    layerNormEps: read.number('layer_norm_eps', 1e-5),
    hiddenDropoutProb: read.number('hidden_dropout_prob', 0.1),
    attentionProbsDropoutProb: read.number('attention_probs_dropout_prob', 0.1),
    padTokenId: read.token('pad_token_id') ?? 1,
    bosTokenId: read.token('bos_token_id'),
    eosTokenId: read.token('eos_token_id'),
    initializerRange: read.number('initializer_range', 0.02),
    numLabels: read.size('num_labels', numLabels),
    problemType: (fields.problem_type as RobertaConfig['problemType'] | null) ?? undefined,
  }
  read.expectMultiple('hidden_size', config.hiddenSize, 'num_attention_heads', config.numAttentionHeads)
  return config
}

/** The configuration as Hugging Face's `config.json` has it; `architecture` is the class with its head. */
export function formatConfig(config: ModelConfig, architecture: string): string {
  const shared = {
    architectures: [architecture],
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    max_position_embeddings: config.maxPositionEmbeddings,
    initializer_range: config.initializerRange,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
    pad_token_id: config.padTokenId ?? null,
    torch_dtype: 'float32',
  }
  const own =
    config.modelType === 'llama'
      ? {
          hidden_act: 'silu',
          num_key_value_heads: config.numKeyValueHeads,
          rms_norm_eps: config.rmsNormEps,
          rope_theta: config.ropeTheta,
          rope_scaling: null,
          tie_word_embeddings: config.tieWordEmbeddings,
        }
      : {
          hidden_act: 'gelu',
          type_vocab_size: config.typeVocabSize,
          layer_norm_eps: config.layerNormEps,
          hidden_dropout_prob: config.hiddenDropoutProb,
          attention_probs_dropout_prob: config.attentionProbsDropoutProb,
          position_embedding_type: 'absolute',
          problem_type: config.problemType ?? null,
          id2label: labelNames(config.numLabels, (i, name) => [i, name]),
          label2id: labelNames(config.numLabels, (i, name) => [name, i]),
        }
  return `${JSON.stringify({ ...shared, ...own }, null, 2)}\n`
}

function labelNames(
  count: number,
  entry: (index: number, name: string) => [string | number, string | number],
) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => entry(i, `LABEL_${i}`)))
}
