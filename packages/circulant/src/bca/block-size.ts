import { AdapterError, type OptionSyntax, type Site } from '@gyre/adapters'
import { checkBlockSize, commonDivisors } from '../block-circulant-algebra.js'

/**
 * How large the blocks are: one size, a size by target (`{ q_proj: 16, up_proj: 4 }`), or `max:n`, the largest
 * common divisor of a layer's sides that is at most n.
 */
export type BlockSize = number | { readonly [target: string]: number } | `max:${number}`

/** The block size at a site; an error names the common divisors when it does not divide both sides. */
export function blockSizeAt(blockSize: BlockSize, { path, target, inFeatures, outFeatures }: Site): number {
  if (typeof blockSize === 'string') {
    const limit = Number(blockSize.slice('max:'.length))
    const size = commonDivisors(outFeatures, inFeatures).findLast((divisor) => divisor <= limit)
    if (size === undefined) throw new AdapterError(`blockSize '${blockSize}': expected max:n with n ≥ 1`)
    return size
  }
  const size =
    typeof blockSize === 'number' ? blockSize : (blockSize[target] ?? blockSize[path.split('.').at(-1)!])
  if (size === undefined) {
    throw new AdapterError(`blockSize names no size for ${path}; it has ${Object.keys(blockSize).join(', ')}`)
  }
  checkBlockSize(size, outFeatures, inFeatures, path)
  return size
}

/** `64`, `max:64`, or `q_proj/16+up_proj/4`. */
export const blockSizeOption: OptionSyntax<BlockSize> = {
  doc: 'block size: a number, max:n, or one by target as q_proj/16+up_proj/4',
  alias: 'p',
  default: 'max:64',
  parse: (text, where) => {
    if (/^[1-9]\d*$/.test(text)) return Number(text)
    if (/^max:[1-9]\d*$/.test(text)) return text as BlockSize
    const sizes = text.split('+').map((part) => /^([\w.]+)\/([1-9]\d*)$/.exec(part))
    if (sizes.every((match) => match !== null)) {
      return Object.fromEntries(sizes.map((match) => [match[1]!, Number(match[2])]))
    }
    throw new AdapterError(`${where}: expected a number, max:n, or target/size joined by +, got '${text}'`)
  },
  format: (size) =>
    typeof size === 'object'
      ? Object.entries(size)
          .map(([target, value]) => `${target}/${value}`)
          .join('+')
      : String(size),
}
