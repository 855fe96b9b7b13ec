import { isGyreError } from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PathPattern } from './path-pattern.js'

const matches = (pattern: string, path: string): boolean => new PathPattern(pattern, 'where').matches(path)

describe('PathPattern', () => {
  it.each([
    ['.*\\.(q|v)_proj', 'model.layers.0.self_attn.q_proj', true],
    ['.*\\.(q|v)_proj', 'model.layers.0.self_attn.k_proj', false],
    ['.*\\.[qv]_proj', 'layers.0.v_proj', true],
    ['.*\\.[^qv]_proj', 'layers.0.v_proj', false],
    ['layers\\.[0-3]\\..*', 'layers.2.mlp', true],
    ['layers\\.(?:1\\d|[7-9])\\.mlp', 'layers.12.mlp', true],
    ['layers\\.\\d{1,2}\\.mlp', 'layers.123.mlp', false],
    ['^.*?mlp$', 'layers.1.mlp', true],
    ['a^b', 'ab', false],
    ['', '', true],
    ['[]a-]+', ']-a', true],
    ['mlp', 'layers.mlp', false],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected)
  })

  it('agrees with the engine of the language on whole paths', () => {
    const atom = fc.constantFrom('a', 'b', '.', '\\.', '[ab]', '[^a]', '\\d', '(a|b.)', '(?:ab|c)', '(a*b|)')
    const piece = fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{1,}', '{0,2}'))
      .map((parts) => parts.join(''))
    const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
    const path = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '1'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, path, (pattern, path) => {
        expect(matches(pattern, path)).toBe(new RegExp(`^(?:${pattern})$`).test(path))
      }),
      { numRuns: 1000 },
    )
  })

  it('follows all ways at once: what costs others exponential time ends at once', () => {
    expect(matches('(a*)*(a|a)*(a+)+b', 'a'.repeat(500))).toBe(false)
  })

  it.each([
    ['(?=a)', 'has (?=, which is not supported here'],
    ['(?P<name>a)', 'has (?P, which is not supported here'],
    ['\\bq', 'has \\b, which is not supported here'],
    ['(a)\\1', 'has \\1, which is not supported here'],
    ['(a', 'opens a group that it does not close'],
    ['a)', 'closes a group that it did not open'],
    ['[a', 'ends too early'],
    ['a\\', 'ends too early'],
    ['*a', 'has nothing before * to repeat'],
    ['a**', 'repeats a repetition'],
    ['a{3,2}', 'has {3,2}, whose bounds are the wrong way round'],
    ['((a{999}){999}){999}', 'repeats too much'],
    ['a'.repeat(2001), 'is longer than 2000 characters'],
  ])('rejects %s', (pattern, problem) => {
    try {
      matches(pattern, 'a')
      expect.unreachable()
    } catch (error) {
      expect(isGyreError(error)).toBe(true)
      expect((error as Error).message).toBe(
        `where: the pattern ${JSON.stringify(pattern.slice(0, 80))} ${problem}`,
      )
    }
  })
})
