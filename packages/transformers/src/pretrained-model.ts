import { Module } from '@gyre/nn'
import { crossEntropy, meanSquaredError, mul, reshape, slice, sub, sum, type Tensor } from '@gyre/tensor'
import type { ModelConfig } from './config.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import type { KeyValueCache, KeyValueSizes } from './key-value-cache.js'
import { numLabelsOf } from './shared-config.js'

/** What a model is for. */
export type ModelTask = 'causal-lm' | 'masked-lm' | 'sequence-classification'

/** What every model of this package has beside its parts. */
export abstract class PretrainedModel extends Module {
  /** The name of the class in Hugging Face's `architectures`. */
  abstract readonly architecture: string
  abstract readonly task: ModelTask
  abstract readonly config: ModelConfig
  /** The modules that map hidden states to the output; adapters to all layers leave them out. */
  abstract readonly headPaths: readonly string[]
  /**
   * Whether the head answers one task's question: it then begins fresh, and is trained, saved and counted beside an
   * adapter. A language model's head is a part of the model.
   */
  abstract readonly hasTaskHead: boolean
  /** Names under which files may hold a parameter once more, because it is used twice, each with the parameter's own. */
  readonly tiedNames: { readonly [stored: string]: string } = {}
  /**
   * Whether a gradient keeps of each layer only what comes in, and computes the layer a second time when it is needed:
   * less memory for one more forward pass, and the same numbers. Hugging Face calls it `gradient_checkpointing`.
   */
  activationCheckpointing = false

  abstract override forward(inputs: ModelInputs): ModelOutputs

  /** The modules that are trained and saved whole beside an adapter: a task's head, none of a language model. */
  get taskHeadPaths(): readonly string[] {
    return this.hasTaskHead ? this.headPaths : []
  }

  /** Whether a parameter of this name is one of the head's. */
  isHeadParameter(name: string): boolean {
    return this.headPaths.some((path) => name.startsWith(`${path}.`))
  }

  protected override ownTraceKey(): string {
    return this.activationCheckpointing ? 'c' : ''
  }
}

/** A model that predicts the next token of a text, and can keep what it computed of the tokens before. */
export abstract class CausalLanguageModel extends PretrainedModel {
  readonly task = 'causal-lm'
  readonly hasTaskHead = false

  abstract get keyValueSizes(): KeyValueSizes

  /** With a cache, the tokens continue the texts in it, and only the logits `[B, 1, V]` after each last one are computed. */
  abstract override forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs

  /** The cross-entropy of each token after those before it. Shapes: logits `[B, T, V]`, labels `[B, T]`. */
  protected loss(logits: Tensor, { labels, lossReduction = 'mean' }: ModelInputs): Tensor | undefined {
    if (!labels) return undefined
    const [B, T, V] = logits.shape as [number, number, number]
    const predictions = slice(logits, [0, 0, 0], [B, T - 1, V])
    const targets = slice(labels, [0, 1], [B, T - 1])
    return crossEntropy(predictions, targets, { reduction: lossReduction })
  }
}

/** A model that predicts the tokens which were hidden from it. */
export abstract class MaskedLanguageModel extends PretrainedModel {
  readonly task = 'masked-lm'
  readonly hasTaskHead = false

  /** The cross-entropy of the tokens that have a label. Shapes: logits `[B, T, V]`, labels `[B, T]`. */
  protected loss(logits: Tensor, { labels, lossReduction = 'mean' }: ModelInputs): Tensor | undefined {
    return labels && crossEntropy(logits, labels, { reduction: lossReduction })
  }
}

/** A model that gives each text a class, or a number. */
export abstract class SequenceClassifier extends PretrainedModel {
  readonly task = 'sequence-classification'
  readonly hasTaskHead = true

  /** Outputs of the head. */
  get numLabels(): number {
    return numLabelsOf(this.config)
  }

  /** Whether the output is a number, and not the logits of classes. */
  get isRegression(): boolean {
    const { problemType } = this.config
    return problemType === undefined ? this.numLabels === 1 : problemType === 'regression'
  }

  /** The cross-entropy of the classes, or the squared error. Shapes: logits `[B, L]`, labels `[B]`. */
  protected loss(logits: Tensor, { labels, lossReduction = 'mean' }: ModelInputs): Tensor | undefined {
    if (!labels) return undefined
    if (!this.isRegression) return crossEntropy(logits, labels, { reduction: lossReduction })
    const scores = reshape(logits, labels.shape)
    if (lossReduction === 'mean') return meanSquaredError(scores, labels)
    const error = sub(scores, labels)
    return sum(mul(error, error))
  }
}
