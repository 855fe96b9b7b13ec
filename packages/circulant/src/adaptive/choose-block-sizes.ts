import { AdapterError, type Site } from '@gyre/adapters'
import { commonDivisors } from '../block-circulant-algebra.js'
import { gradientEnergy, kernelGradient } from './gradient-energy.js'
import { chooseWithin } from './knapsack.js'

/** The gradient of the loss by the weight of a site, in the layout of the weight. */
export interface SiteGradient {
  readonly site: Site
  readonly gradient: Float32Array | Float64Array
}

/**
 * What is maximised, with gc the gradient of the adapter's parameter: its energy `‖gc‖² / p`, by which gradient descent
 * lowers the loss at the paper's rate; or the sum of its magnitudes `‖gc‖₁`, by which Adam does at first, whose steps
 * follow signs alone.
 */
export type BlockSizeScore = 'energy' | 'magnitude'

/** What was chosen for a site. */
export interface SiteChoice {
  readonly path: string
  /** Undefined: the site gets no adapter. */
  readonly blockSize: number | undefined
  /** Numbers of its adapter: `out · in / p`. */
  readonly parameters: number
  /** `‖proj_p(G)‖²` at this block size. */
  readonly captured: number
  /** `‖G‖²`. */
  readonly energy: number
}

/** Chosen block sizes by the paths of their sites, as a method's `blockSize` takes them. */
export type BlockSizesByPath = { readonly [path: string]: number }

export interface BlockSizeChoice {
  /** All sites, in the model's order. */
  readonly sites: readonly SiteChoice[]
  readonly blockSizes: BlockSizesByPath
  /** Numbers of all adapters together: at most the budget. */
  readonly parameters: number
  /** How much of `‖G‖²`, over all sites, the adapters capture: from 0 to 1. */
  readonly share: number
}

/**
 * Chooses a block size for every site, or none, so that the block-circulant adapters together have the highest score
 * within `budget` numbers: exactly, by `chooseWithin`, over all common divisors of a layer's sides. Equal arguments
 * give equal choices. An `AdapterError` says when the budget buys nothing, or nothing is worth it.
 */
export function chooseBlockSizes(
  gradients: readonly SiteGradient[],
  budget: number,
  score: BlockSizeScore = 'energy',
): BlockSizeChoice {
  checkBlockSizeBudget(
    gradients.map(({ site }) => site),
    budget,
  )
  const candidates = gradients.map((siteGradient) => affordable(siteGradient, budget))
  const chosen = chooseWithin(
    budget,
    candidates.map((atSite) =>
      atSite.map(({ parameters, ...scores }) => ({ cost: parameters, value: scores[score] })),
    ),
  )
  const sites = gradients.map(({ site: { path }, gradient }, i): SiteChoice => {
    const candidate = chosen[i] === undefined ? undefined : candidates[i]![chosen[i]]!
    return {
      path,
      blockSize: candidate?.blockSize,
      parameters: candidate?.parameters ?? 0,
      captured: candidate?.energy ?? 0,
      energy: squaredNorm(gradient),
    }
  })
  const energy = total(sites, 'energy')
  if (!(energy > 0)) {
    throw new AdapterError(
      `block sizes are chosen by the gradients, and those of all ${sites.length} sites are ${energy === 0 ? 'zero' : 'no numbers'}`,
    )
  }
  return {
    sites,
    blockSizes: Object.fromEntries(
      sites.flatMap(({ path, blockSize }) => (blockSize === undefined ? [] : [[path, blockSize]])),
    ),
    parameters: total(sites, 'parameters'),
    share: total(sites, 'captured') / energy,
  }
}

/** The block-circulant adapter with the fewest numbers that one of the sites can have. */
export function smallestBlockCirculant(sites: readonly Site[]): {
  readonly path: string
  readonly blockSize: number
  readonly parameters: number
} {
  return sites
    .map(({ path, outFeatures, inFeatures }) => {
      const blockSize = commonDivisors(outFeatures, inFeatures).at(-1)!
      return { path, blockSize, parameters: (outFeatures * inFeatures) / blockSize }
    })
    .sort((a, b) => a.parameters - b.parameters)[0]!
}

/** An `AdapterError` where the budget buys an adapter at none of the sites, whatever the gradients are. */
export function checkBlockSizeBudget(sites: readonly Site[], budget: number): void {
  const { path, blockSize, parameters } = smallestBlockCirculant(sites)
  if (parameters <= budget) return
  throw new AdapterError(
    `budget ${budget} buys no adapter; the smallest one has ${parameters} numbers, with block size ${blockSize} at ${path}`,
  )
}

/** How much of `‖G‖²`, over all sites, adapters of these sizes capture at these gradients: from 0 to 1. */
export function capturedShare(gradients: readonly SiteGradient[], blockSizes: BlockSizesByPath): number {
  let [captured, energy] = [0, 0]
  for (const { site, gradient } of gradients) {
    energy += squaredNorm(gradient)
    if (Object.hasOwn(blockSizes, site.path)) {
      captured += gradientEnergy(gradient, sidesOf(site), blockSizes[site.path]!)
    }
  }
  return captured / energy
}

/** The block sizes that a site can take and the budget allows, the cheapest first, with their scores. */
function affordable({ site, gradient }: SiteGradient, budget: number) {
  const { outFeatures, inFeatures } = site
  return commonDivisors(outFeatures, inFeatures)
    .filter((blockSize) => (outFeatures * inFeatures) / blockSize <= budget)
    .reverse()
    .map((blockSize) => {
      const kernel = kernelGradient(gradient, sidesOf(site), blockSize)
      return {
        blockSize,
        parameters: kernel.length,
        energy: squaredNorm(kernel) / blockSize,
        magnitude: kernel.reduce((sum, value) => sum + Math.abs(value), 0),
      }
    })
}

/** Rows and columns of the weight as the layer keeps it. */
function sidesOf({ outFeatures, inFeatures, weightIsTransposed }: Site): [rows: number, columns: number] {
  return weightIsTransposed ? [inFeatures, outFeatures] : [outFeatures, inFeatures]
}

function squaredNorm(values: Float32Array | Float64Array): number {
  let squares = 0
  for (const value of values) squares += value * value
  return squares
}

function total(sites: readonly SiteChoice[], field: 'energy' | 'captured' | 'parameters'): number {
  return sites.reduce((sum, site) => sum + site[field], 0)
}
