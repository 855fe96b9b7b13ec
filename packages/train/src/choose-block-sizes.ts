import { findSites, type Site } from '@gyre/adapters'
import {
  type BlockSizeChoice,
  type BlockSizesByPath,
  blockSizeAt,
  checkBlockSizeBudget,
  chooseBlockSizes,
  commonDivisors,
  type SiteGradient,
} from '@gyre/circulant'
import { compile } from '@gyre/graph'
import { full, type HasParameters, type Tensor } from '@gyre/tensor'
import type { Model, ModelInputs } from '@gyre/transformers'
import { TrainingError } from './errors.js'
import { accumulateGradients } from './gradients.js'
import type { AutomaticMethod } from './method-grammar.js'
import type { BatchSource } from './trainer.js'

/** Over how many steps' batches the gradient is averaged by default. */
export const gradientSteps = 8

export interface GradientOptions {
  /** Over how many steps' batches, from the first on, the gradient is averaged. Default `gradientSteps`. */
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
  { steps = gradientSteps }: GradientOptions = {},
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

/**
 * Block sizes within the budget that stand in, where costs are counted, for those that the gradients of a run will choose:
 * one size everywhere, as near to the budget as there is one, and at a layer that cannot take it the next smaller one. Where
 * even the largest blocks are too many numbers, only the first layers that the budget buys have some.
 */
export function provisionalBlockSizes(
  model: Model,
  { budget, targets }: Pick<AutomaticMethod, 'budget' | 'targets'>,
): BlockSizesByPath {
  const sites = findSites(model, targets)
  checkBlockSizeBudget(sites, budget)
  const sizes = new Set(
    sites.flatMap(({ outFeatures, inFeatures }) => commonDivisors(outFeatures, inFeatures)),
  )
  for (const size of [...sizes].sort((a, b) => a - b)) {
    const chosen = sites.map((site) => ({ site, blockSize: blockSizeAt(`max:${size}`, site) }))
    const numbers = chosen.reduce((total, { site, blockSize }) => total + numbersAt(site, blockSize), 0)
    if (numbers <= budget) {
      return Object.fromEntries(chosen.map(({ site, blockSize }) => [site.path, blockSize]))
    }
  }
  let left = budget
  return Object.fromEntries(
    sites.flatMap((site) => {
      const blockSize = commonDivisors(site.outFeatures, site.inFeatures).at(-1)!
      const numbers = numbersAt(site, blockSize)
      if (numbers > left) return []
      left -= numbers
      return [[site.path, blockSize]]
    }),
  )
}

function numbersAt({ outFeatures, inFeatures }: Site, blockSize: number): number {
  return (outFeatures * inFeatures) / blockSize
}
