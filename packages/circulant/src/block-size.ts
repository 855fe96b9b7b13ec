import {
  AdapterError,
  type BySite,
  formatBySite,
  isPositiveInteger,
  type OptionSyntax,
  parseBySite,
  type Site,
  valueAt,
} from '@gyre/adapters'
import { checkBlockSize, commonDivisors } from './block-circulant-algebra.js'
import type { BlockCounts } from './block-circulant-flops.js'

/**
 * How large the blocks are: one size, a size by target (`{ q_proj: 16, up_proj: 4 }`), or `max:n`, the largest
 * common divisor of a layer's sides that is at most n.
 */
export type BlockSize = BySite | `max:${number}`

/** The block size at a site; an error names the common divisors when it does not divide both sides. */
export function blockSizeAt(blockSize: BlockSize, site: Site): number {
  const { path, inFeatures, outFeatures } = site
  if (typeof blockSize === 'string') {
    const limit = Number(blockSize.slice('max:'.length))
    const size = commonDivisors(outFeatures, inFeatures).findLast((divisor) => divisor <= limit)
    if (size === undefined) throw new AdapterError(`blockSize '${blockSize}': expected max:n with n ≥ 1`)
    return size
  }
  const size = valueAt(blockSize, site, 'blockSize')
  checkBlockSize(size, outFeatures, inFeatures, path)
  return size
}

/** How the block-circulant matrix at a site is cut. */
export function blocksAt(blockSize: BlockSize, site: Site): BlockCounts {
  const p = blockSizeAt(blockSize, site)
  return { q: site.outFeatures / p, k: site.inFeatures / p, p }
}

/** `64`, `max:64`, or `q_proj/16+up_proj/4`. */
export const blockSizeOption: OptionSyntax<BlockSize> = {
  doc: 'block size: a number, max:n, or one by target as q_proj/16+up_proj/4',
  alias: 'p',
  default: 'max:64',
  parse: (text, where) => {
    if (/^max:[1-9]\d*$/.test(text)) return text as BlockSize
    const size = parseBySite(text, isPositiveInteger)
    if (size !== undefined) return size
    throw new AdapterError(`${where}: expected a number, max:n, or target/size joined by +, got '${text}'`)
  },
  format: (size) => (typeof size === 'string' ? size : formatBySite(size)),
}
