import { findSites, type Site } from '@gyre/adapters'
import { commonDivisors, smallestBlockCirculant } from '@gyre/circulant'
import type { Model } from '@gyre/transformers'
import { TrainingError } from './errors.js'
import { leavesBlockSizesOpen, parseMethod } from './method-grammar.js'
import { type AdapterMethodName, adapterMethods } from './methods.js'

/** The option that decides how many numbers a method trains, and the values that it can take. */
interface MethodSize {
  /** As the papers write it. */
  readonly letter: string
  /** From the smallest adapter to the largest: a list, or every integer from 1 on. */
  readonly values: (sites: readonly Site[]) => readonly number[] | { readonly upTo: number }
}

const blockSizes: MethodSize = {
  letter: 'p',
  values: (sites) => commonBlockSizes(sites).reverse(),
}

/** A line for each method; `undefined` for one whose layers alone decide. */
const methodSizes: { readonly [Name in AdapterMethodName]: MethodSize | undefined } = {
  bca: blockSizes,
  c3a: blockSizes,
  cdvft: undefined,
  fourierft: {
    letter: 'n',
    values: (sites) => ({
      upTo: Math.min(...sites.map(({ inFeatures, outFeatures }) => inFeatures * outFeatures)),
    }),
  },
  lora: {
    letter: 'r',
    // A larger rank adds numbers and no further updates.
    values: (sites) => ({
      upTo: Math.min(...sites.flatMap(({ inFeatures, outFeatures }) => [inFeatures, outFeatures])),
    }),
  },
  vera: {
    letter: 'r',
    // Of the shared matrices, which are random: the paper's ranks pass the width of the layers by a third.
    values: (sites) => ({
      upTo: 2 * Math.max(...sites.flatMap(({ inFeatures, outFeatures }) => [inFeatures, outFeatures])),
    }),
  },
}

/** The block sizes that every layer named by `targets` can take, ascending. */
export function blockSizesOf(model: Model, targets: readonly string[]): number[] {
  return commonBlockSizes(findSites(model, targets))
}

/** A method's text with its size: `lora:alpha=8` with 4 is `lora:r=4:alpha=8`. A `TrainingError` where it has none. */
export function withSize(method: string, size: number): string {
  const [name = '', ...rest] = method.split(':')
  const sizing = sizeOf(name)
  if (sizing === undefined) throw new TrainingError(`method '${method}' has no size to choose`)
  return [name, `${sizing.letter}=${size}`, ...rest].join(':')
}

/**
 * The method with the largest size whose trained numbers, without a head's, do not exceed `budget`; undefined where
 * none is small enough. A method without a size is itself, or too large; one whose block sizes the gradients choose gets
 * the budget: `bca:p=auto` with 4096 is `bca:p=auto:budget=4096`.
 */
export function withinBudget(
  method: string,
  model: Model,
  { targets, budget }: { readonly targets: readonly string[]; readonly budget: number },
): string | undefined {
  const sites = findSites(model, targets)
  if (leavesBlockSizesOpen(method)) {
    return smallestBlockCirculant(sites).parameters <= budget ? `${method}:budget=${budget}` : undefined
  }
  const name = method.split(':')[0]!
  const fits = (text: string): boolean => countNumbers(text, sites, targets) <= budget
  const sizing = sizeOf(name)
  if (sizing === undefined) return fits(method) ? method : undefined
  const values = sizing.values(sites)
  // The largest index that fits: counts grow along the values.
  const valueAt = (index: number): number => ('upTo' in values ? index + 1 : values[index]!)
  let [low, high] = [0, 'upTo' in values ? values.upTo : values.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (fits(withSize(method, valueAt(middle)))) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : withSize(method, valueAt(low - 1))
}

/** How many numbers a method trains in the layers that `targets` name, by its formula; a head's are not among them. */
export function countTrained(method: string, model: Model, targets: readonly string[]): number {
  return countNumbers(method, findSites(model, targets), targets)
}

function countNumbers(method: string, sites: readonly Site[], targets: readonly string[]): number {
  const parsed = parseMethod(method, { targets })
  if (parsed.kind !== 'adapter') {
    throw new TrainingError(`method '${method}' is no adapter: what it trains fits no budget`)
  }
  return sites.reduce((total, site) => total + parsed.method.parameterCount(site), 0)
}

function sizeOf(name: string): MethodSize | undefined {
  return Object.hasOwn(adapterMethods, name) ? methodSizes[name as AdapterMethodName] : undefined
}

/** The block sizes that all of these layers can take, ascending; none of no layer. */
export function commonBlockSizes(sites: readonly Pick<Site, 'inFeatures' | 'outFeatures'>[]): number[] {
  const divisors = sites.map(({ inFeatures, outFeatures }) => commonDivisors(outFeatures, inFeatures))
  return (divisors[0] ?? []).filter((size) => divisors.every((each) => each.includes(size)))
}
