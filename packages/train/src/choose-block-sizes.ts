import { findSites } from '@gyre/adapters'
import { type BlockSizeChoice, chooseBlockSizes, type SiteGradient } from '@gyre/circulant'
import { compile } from '@gyre/graph'
import { full, type HasParameters, type Tensor } from '@gyre/tensor'
import type { Model, ModelInputs } from '@gyre/transformers'
import { TrainingError } from './errors.js'
import { accumulateGradients } from './gradients.js'
import type { AutomaticMethod } from './method-grammar.js'
import type { BatchSource } from './trainer.js'

export interface GradientOptions {
  /** Over how many steps' batches, from the first on, the gradient is averaged. Default 8. */
  readonly steps?: number
}

/**
 * Chooses the block sizes of a method within its budget, by the gradient at the model as it is. Nothing is trained and
 * nothing drawn: the same model and batches give the same choice.
 */
export async function chooseBlockSizesFor(
  model: Model,
  method: AutomaticMethod,
  batches: BatchSource,
  options: GradientOptions = {},
): Promise<BlockSizeChoice> {
  const gradients = await siteGradients(model, method.targets, batches, options)
  return chooseBlockSizes(gradients, method.budget, method.score)
}

/**
 * The gradient of the mean loss by the weights of all sites that `targets` name, without dropout. It is dense, as in a
 * step of full fine-tuning: a projection alone could do without, the share of ‖G‖² that it captures could not.
 */
export async function siteGradients(
  model: Model,
  targets: readonly string[],
  batches: BatchSource,
  { steps = 8 }: GradientOptions = {},
): Promise<SiteGradient[]> {
  const sites = findSites(model, targets).map(({ layer, ...site }) => ({ site, weight: layer.weight }))
  const weights: HasParameters = {
    namedParameters: () => sites.map(({ site, weight }) => [site.path, weight] as const),
  }
  const sums = new Map(
    sites.map(({ site, weight: { shape } }) => [site.path, new Float64Array(shape[0]! * shape[1]!)]),
  )
  const parts = Array.from({ length: steps }, (_, step) => batches(step))
  const labelCount = parts.flat().reduce((total, part) => total + part.labelCount, 0)
  if (labelCount === 0)
    throw new TrainingError(`the first ${steps} batches have no labels to choose block sizes by`)
  const wereTrainable = [...model.namedParameters()].map(
    ([, parameter]) => [parameter, parameter.trainable] as const,
  )
  model.requiresGrad(false)
  for (const { weight } of sites) weight.trainable = true
  try {
    model.eval()
    const gradients = compile(
      (parts: readonly ModelInputs[], labelShare: Tensor) =>
        accumulateGradients(model, weights, parts, labelShare).grads,
      model,
    )
    for (const step of parts) {
      const grads = gradients(
        step.map(({ inputs }) => inputs),
        full([], 1 / labelCount),
      )
      for (const [path, gradient] of grads) {
        const sum = sums.get(path)!
        for (const [i, value] of ((await gradient.data()) as Float32Array).entries()) sum[i]! += value
      }
    }
  } finally {
    for (const [parameter, trainable] of wereTrainable) parameter.trainable = trainable
  }
  return sites.map(({ site }) => ({ site, gradient: sums.get(site.path)! }))
}
