import { describe, expect, it } from 'vitest'
import { bySite, bySiteOption, fromPeftPattern, toPeftPattern, valueAt } from './by-site.js'

const siteAt = (path: string, target = path.split('.').at(-1)!) => ({
  path,
  target,
  inFeatures: 8,
  outFeatures: 8,
})
const sites = ['layers.0.query', 'layers.0.value', 'layers.1.query', 'layers.1.value'].map((path) =>
  siteAt(path),
)

describe('a number by site', () => {
  it('is found by the whole path, by the target, or by the last word of the path', () => {
    const site = siteAt('layers.0.output.dense', 'output.dense')
    expect(valueAt(3, site, 'r')).toBe(3)
    expect(valueAt({ dense: 1, 'output.dense': 2, 'layers.0.output.dense': 3 }, site, 'r')).toBe(3)
    expect(valueAt({ dense: 1, 'output.dense': 2 }, site, 'r')).toBe(2)
    expect(valueAt({ dense: 1 }, site, 'r')).toBe(1)
    expect(() => valueAt({ query: 1 }, siteAt('layers.constructor'), 'r')).toThrow(
      'r names no number for layers.constructor; it has query',
    )
  })

  it('is written as shortly as it can be', () => {
    expect(bySite(sites, () => 4)).toBe(4)
    expect(bySite(sites, ({ path }) => (path.endsWith('query') ? 4 : 2))).toEqual({ query: 4, value: 2 })
    const ofLayer = bySite(sites, ({ path }) => (path.includes('.0.') ? 4 : 2))
    expect(Object.keys(ofLayer)).toEqual(sites.map(({ path }) => path))
  })

  it("goes to PEFT's two fields and comes back", () => {
    for (const value of [
      4,
      { query: 4, value: 2 },
      Object.fromEntries(sites.map(({ path }, i) => [path, i + 1])),
    ]) {
      const written = toPeftPattern(sites, (site) => valueAt(value, site, 'r'))
      const fields = { rank_pattern: written.pattern }
      expect(fromPeftPattern(sites, written.value, fields, 'rank_pattern', Number.isInteger)).toEqual(value)
    }
  })

  it('takes the first of the patterns that match the path or its end', () => {
    const read = (rank_pattern: object) =>
      fromPeftPattern(sites, 8, { rank_pattern } as never, 'rank_pattern', Number.isInteger)
    expect(read({ query: 2 })).toEqual({ query: 2, value: 8 })
    expect(read({ '1\\.(query|value)': 2, query: 4 })).toEqual({
      'layers.0.query': 4,
      'layers.0.value': 8,
      'layers.1.query': 2,
      'layers.1.value': 2,
    })
    expect(read({ uery: 2, 'layers.0': 2 })).toBe(8)
    expect(() => read({ '(': 2 })).toThrow('adapter_config.json: rank_pattern: the pattern')
    expect(() => read([2] as never)).toThrow('rank_pattern should be numbers by pattern, not [2]')
    expect(() => read({ query: 2.5 })).toThrow('rank_pattern: 2.5 for "query" does not do')
  })
})

describe('bySiteOption', () => {
  const rank = bySiteOption({ doc: 'rank', default: 8, kind: 'integer' })
  const alpha = bySiteOption({ doc: 'alpha', default: 8, kind: 'number' })

  it('reads what it writes', () => {
    for (const text of ['16', 'q_proj/16+up_proj/4']) expect(rank.format(rank.parse(text, ''))).toBe(text)
    expect(alpha.parse('query/0.5+output.dense/2', '')).toEqual({ query: 0.5, 'output.dense': 2 })
  })

  it.each(['', '0', '-1', '2.5', 'query', 'query/0', 'query/2+', '4/query', '0x10'])(
    "rejects '%s'",
    (text) => {
      expect(() => rank.parse(text, 'r')).toThrow(
        `r: expected an integer ≥ 1, or target/number joined by +, got '${text}'`,
      )
    },
  )
})
