import type { Batches } from '@gyre/data'
import { type Compiled, compile } from '@gyre/graph'
import type { Tensor } from '@gyre/tensor'
import type { Model, ModelInputs } from '@gyre/transformers'
import { DivergenceError } from './errors.js'
import { accuracy, f1, matthews, pearson, spearman } from './metrics.js'
import { toInputs } from './token-inputs.js'

export type MetricName = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman'
const metricFunctions = { accuracy, f1, matthews, pearson, spearman } satisfies {
  [Name in MetricName]: (predictions: ArrayLike<number>, labels: ArrayLike<number>) => number
}

type OfInputs = Compiled<readonly [inputs: ModelInputs], Tensor>

/** What is compiled stays with the model: measured again, it traces nothing. */
const compiledLosses = new WeakMap<Model, OfInputs>()
const compiledLogits = new WeakMap<Model, OfInputs>()

function compiledOnce(
  known: WeakMap<Model, OfInputs>,
  model: Model,
  fn: (inputs: ModelInputs) => Tensor,
): OfInputs {
  const compiled = known.get(model) ?? compile(fn, model)
  known.set(model, compiled)
  return compiled
}

/** Mean loss per predicted token, in nats, over every batch once. */
export async function evaluateLanguageModel(
  model: Model,
  batches: Batches,
  onBatch?: (done: number) => void,
): Promise<{ loss: number; tokens: number }> {
  let total = 0
  let tokens = 0
  let done = 0
  const lossOf = compiledOnce(
    compiledLosses,
    model,
    (inputs) => model.forward({ ...inputs, lossReduction: 'sum' }).loss!,
  )
  for (const batch of batches.inOrder()) {
    total += await lossOf(toInputs(batch)).item()
    tokens += batch.labelCount
    onBatch?.(++done)
  }
  if (!Number.isFinite(total)) throw new DivergenceError(`the model's loss is ${total / tokens}`)
  return { loss: total / tokens, tokens }
}

/** The same loss in bits per character of the text: what models with different tokenizers can be compared by. */
export function bitsPerCharacter(lossPerToken: number, tokens: number, characters: number): number {
  return (lossPerToken * tokens) / characters / Math.LN2
}

export interface Classified {
  /** The most likely class of each example, or its score. */
  readonly predictions: Float64Array
  readonly labels: Float64Array
}

/** What a classifier, or a regression, says of every example, in order. */
export async function classify(
  model: Model,
  batches: Batches,
  onBatch?: (done: number) => void,
): Promise<Classified> {
  const predictions: number[] = []
  const labels: number[] = []
  let done = 0
  const logitsOf = compiledOnce(compiledLogits, model, (inputs) => model.forward(inputs).logits)
  for (const batch of batches.inOrder()) {
    const { labels: _labels, ...inputs } = toInputs(batch)
    const values = (await logitsOf(inputs).data()) as Float32Array
    const width = values.length / batch.batchSize
    for (let row = 0; row < batch.batchSize; row++) {
      const scores = values.subarray(row * width, (row + 1) * width)
      if (scores.some(Number.isNaN)) throw new DivergenceError('the model gives scores that are no numbers')
      predictions.push(width === 1 ? scores[0]! : scores.indexOf(Math.max(...scores)))
      labels.push(batch.labels[row]!)
    }
    onBatch?.(++done)
  }
  return { predictions: Float64Array.from(predictions), labels: Float64Array.from(labels) }
}

/** The named metrics of predictions against labels. */
export function measure(
  { predictions, labels }: Classified,
  names: readonly MetricName[],
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, metricFunctions[name](predictions, labels)]))
}
