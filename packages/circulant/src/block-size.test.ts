import { describe, expect, it } from 'vitest'
import { type BlockSize, blockSizeAt, blockSizeOption } from './block-size.js'

const site = (path: string, outFeatures: number, inFeatures: number, target = path.split('.').at(-1)!) => ({
  path,
  target,
  inFeatures,
  outFeatures,
})

describe('blockSizeAt', () => {
  it('takes a number that divides both sides', () => {
    expect(blockSizeAt(4, site('layer.query', 8, 12))).toBe(4)
  })

  it('names the site and the common divisors for one that does not', () => {
    expect(() => blockSizeAt(8, site('layer.query', 8, 12))).toThrow(
      'layer.query: block size 8 does not divide both sides of [8, 12]; their common divisors are 1, 2, 4',
    )
  })

  it('takes for max:n the largest common divisor up to n', () => {
    expect(blockSizeAt('max:64', site('up', 96, 36))).toBe(12)
    expect(blockSizeAt('max:5', site('up', 96, 36))).toBe(4)
    expect(blockSizeAt('max:64', site('up', 7, 5))).toBe(1)
    expect(() => blockSizeAt('max:0', site('up', 7, 5))).toThrow(
      "blockSize 'max:0': expected max:n with n ≥ 1",
    )
  })

  it('takes from a record the size of the target, or of the last word of the path', () => {
    const sizes = { 'attention.output.dense': 2, dense: 4 }
    const path = 'encoder.attention.output.dense'
    expect(blockSizeAt(sizes, site(path, 8, 8, 'attention.output.dense'))).toBe(2)
    expect(blockSizeAt(sizes, site(path, 8, 8, 'all-linear'))).toBe(4)
  })

  it('names the site that a record leaves out', () => {
    expect(() => blockSizeAt({ query: 2, key: 2 }, site('layer.value', 8, 8))).toThrow(
      'blockSize names no number for layer.value; it has query, key',
    )
  })
})

describe('the text of a block size', () => {
  const sizes: readonly [string, BlockSize][] = [
    ['64', 64],
    ['max:32', 'max:32'],
    ['q_proj/16+up_proj/4', { q_proj: 16, up_proj: 4 }],
    ['intermediate.dense/8', { 'intermediate.dense': 8 }],
  ]

  it.each(sizes)('%s is read and written', (text, size) => {
    expect(blockSizeOption.parse(text, 'p')).toEqual(size)
    expect(blockSizeOption.format(size)).toBe(text)
  })

  it.each(['', '0', '-4', '2.5', 'max:', 'max:0', 'query', 'query/0', 'query/4+', '4/query!'])(
    "'%s' is an error",
    (text) => {
      expect(() => blockSizeOption.parse(text, "method 'bca', blockSize")).toThrow(
        `method 'bca', blockSize: expected a number, max:n, or target/size joined by +, got '${text}'`,
      )
    },
  )
})
