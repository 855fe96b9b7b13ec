import type { FieldReader, Fields } from './fields.js'

/** What a classifier's head answers. */
export interface LabelConfig {
  /** Classes, or 1 for regression. Hugging Face takes 2 when it is left out. */
  readonly numLabels?: number
  /** Names of the classes, one for each output. */
  readonly labels?: readonly string[]
  /** Left out, one label is a regression and several are classes. */
  readonly problemType?: 'regression' | 'single_label_classification'
}

/** What every model is configured by, in Hugging Face's words. */
export interface SharedConfig extends LabelConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly numHiddenLayers: number
  readonly numAttentionHeads: number
  readonly maxPositionEmbeddings: number
  readonly initializerRange: number
  readonly bosTokenId?: number
  readonly eosTokenId?: number
  readonly padTokenId?: number
}

/** The fields that are called the same in every `config.json`. */
export function readSharedFields(read: FieldReader) {
  const id2label = read.object('id2label')
  const numLabels = read.has('num_labels') ? read.size('num_labels') : id2label?.names().length
  return {
    vocabSize: read.size('vocab_size'),
    initializerRange: read.number('initializer_range', 0.02),
    bosTokenId: read.token('bos_token_id'),
    eosTokenId: read.token('eos_token_id'),
    padTokenId: read.token('pad_token_id'),
    numLabels,
    labels: numLabels === undefined ? undefined : readLabels(id2label, numLabels),
    problemType: read.oneOf('problem_type', 'regression', 'single_label_classification'),
  } satisfies Partial<SharedConfig>
}

export function formatSharedFields(config: SharedConfig): Fields {
  return {
    vocab_size: config.vocabSize,
    initializer_range: config.initializerRange,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
    pad_token_id: config.padTokenId ?? null,
    problem_type: config.problemType ?? null,
    ...(config.numLabels !== undefined && {
      id2label: Object.fromEntries(labelNames(config).entries()),
      label2id: Object.fromEntries(labelNames(config).map((name, i) => [name, i])),
    }),
    torch_dtype: 'float32',
  }
}

/** The sizes under the names that all but GPT-2 give them. */
export function readSizes(read: FieldReader, { longest }: { readonly longest?: number } = {}) {
  const sizes = {
    hiddenSize: read.size('hidden_size'),
    intermediateSize: read.size('intermediate_size'),
    numHiddenLayers: read.size('num_hidden_layers'),
    numAttentionHeads: read.size('num_attention_heads'),
    maxPositionEmbeddings: read.size('max_position_embeddings', longest),
  } satisfies Partial<SharedConfig>
  read.expectMultiple('hidden_size', sizes.hiddenSize, 'num_attention_heads', sizes.numAttentionHeads)
  return sizes
}

export function formatSizes(config: SharedConfig): Fields {
  return {
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    max_position_embeddings: config.maxPositionEmbeddings,
  }
}

/** Outputs of a classifier's head. */
export function numLabelsOf({ numLabels = 2 }: LabelConfig): number {
  return numLabels
}

/** The names of the classes; those that Hugging Face gives where there are none. */
function labelNames({ labels, numLabels = 0 }: LabelConfig): readonly string[] {
  return labels ?? Array.from({ length: numLabels }, (_, i) => placeholder(i))
}

/** The names in an `id2label`; undefined where they are only Hugging Face's placeholders. */
function readLabels(id2label: FieldReader | undefined, numLabels: number): readonly string[] | undefined {
  if (id2label?.names().length !== numLabels) return undefined
  const labels = Array.from({ length: numLabels }, (_, i) => id2label.string(String(i)))
  return labels.every((label, i) => label === placeholder(i)) ? undefined : labels
}

function placeholder(index: number): string {
  return `LABEL_${index}`
}
