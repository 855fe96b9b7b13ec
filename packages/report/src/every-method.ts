import { findSites, type Site } from '@gyre/adapters'
import type { AdapterMethodName } from '@gyre/train'
import type { Model, ModelConfig } from '@gyre/transformers'

/**
 * The layers that the papers adapt, and PEFT unless told otherwise: those which make queries and values. GPT-2 makes
 * both, and the keys, in one.
 */
export function queryAndValueTargets({ modelType }: ModelConfig): readonly string[] {
  return targetsOf[modelType]
}

const targetsOf: { readonly [Type in ModelConfig['modelType']]: readonly string[] } = {
  bert: ['query', 'value'],
  gpt2: ['c_attn'],
  llama: ['q_proj', 'v_proj'],
  roberta: ['query', 'value'],
}

/**
 * Every method that a model can take at its targets, as `parseMethods` reads them: at the ranks and numbers of
 * frequencies of the papers, and at every power of two from 64 on that can be a block size, or is the largest one.
 */
export function everyMethod(model: Model, targets: readonly string[]): string[] {
  const sites = findSites(model, targets)
  const adapters = Object.entries(settingsOf).flatMap(([name, settings]) =>
    settings(sites).map((setting) => (setting === '' ? name : `${name}:${setting}`)),
  )
  return [...adapters, 'full', ...(hasOwnHead(model) ? ['head'] : [])]
}

/** A head that is tied to the embedding has nothing that could be trained alone. */
function hasOwnHead(model: Model): boolean {
  return [...model.namedParameters()].some(([name]) => model.isHeadParameter(name))
}

const settingsOf: { readonly [Name in AdapterMethodName]: (sites: readonly Site[]) => readonly string[] } = {
  lora: () => ['r=8', 'r=64'],
  vera: () => ['r=256', 'r=1024'],
  fourierft: (sites) => {
    const entries = Math.min(1000, ...sites.map(({ inFeatures, outFeatures }) => inFeatures * outFeatures))
    return [`n=${entries}`, `n=${entries}:form=spectral`]
  },
  c3a: (sites) => blockSizes(sites).map((size) => `p=${size}`),
  cdvft: (sites) => (sites.every(({ inFeatures, outFeatures }) => inFeatures === outFeatures) ? [''] : []),
  bca: (sites) => blockSizes(sites).map((size) => `p=${size}`),
}

function blockSizes(sites: readonly Site[]): number[] {
  const largest = sites
    .flatMap(({ inFeatures, outFeatures }) => [inFeatures, outFeatures])
    .reduce(greatestCommonDivisor)
  const sizes: number[] = []
  for (let size = 64; size < largest && largest % size === 0; size *= 2) sizes.push(size)
  return [...sizes, largest]
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
