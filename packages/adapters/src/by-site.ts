import { AdapterError } from './errors.js'
import type { JsonObject, Site } from './method.js'
import type { OptionSyntax } from './option-syntax.js'
import { PathPattern } from './path-pattern.js'

/** One number for every site, or a number by target, by a site's whole path, or by the last word of its path. */
export type BySite = number | { readonly [target: string]: number }

/** The number at a site; `option` is what errors call it. */
export function valueAt(value: BySite, { path, target }: Site, option: string): number {
  if (typeof value === 'number') return value
  const name = [path, target, lastWord(path)].find((name) => Object.hasOwn(value, name))
  if (name === undefined) {
    throw new AdapterError(`${option} names no number for ${path}; it has ${Object.keys(value).join(', ')}`)
  }
  return value[name]!
}

/** What is the same everywhere as one number; otherwise by the last word of the paths where that is enough. */
export function bySite(sites: readonly Site[], numberAt: (site: Site) => number): BySite {
  const values = new Set(sites.map(numberAt))
  if (values.size === 1) return [...values][0]!
  const byWord = new Map<string, number>()
  for (const site of sites) {
    const word = lastWord(site.path)
    if ((byWord.get(word) ?? numberAt(site)) !== numberAt(site)) {
      return Object.fromEntries(sites.map((site) => [site.path, numberAt(site)]))
    }
    byWord.set(word, numberAt(site))
  }
  return Object.fromEntries(byWord)
}

/** PEFT's two fields for a number that differs by site: the usual one, and a pattern for those that differ. */
export function toPeftPattern(
  sites: readonly Site[],
  numberAt: (site: Site) => number,
): { readonly value: number; readonly pattern: { readonly [path: string]: number } } {
  const values = bySite(sites, numberAt)
  if (typeof values === 'number') return { value: values, pattern: {} }
  const value = numberAt(sites[0]!)
  return { value, pattern: Object.fromEntries(Object.entries(values).filter(([, other]) => other !== value)) }
}

/**
 * Reads PEFT's two fields, such as `r` and `rank_pattern`. A pattern is a regular expression for a path, or for its
 * end after a point; the first that matches decides.
 */
export function fromPeftPattern(
  sites: readonly Site[],
  value: number,
  fields: JsonObject,
  field: string,
  isValid: (value: number) => boolean,
): BySite {
  const where = `adapter_config.json: ${field}`
  const given = fields[field] ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new AdapterError(`${where} should be numbers by pattern, not ${JSON.stringify(given)}`)
  }
  const patterns = Object.entries(given).map(([text, number]) => {
    if (typeof number !== 'number' || !isValid(number)) {
      throw new AdapterError(`${where}: ${JSON.stringify(number)} for ${JSON.stringify(text)} does not do`)
    }
    return { pattern: new PathPattern(`(.*\\.)?(${text})`, where), number }
  })
  return bySite(sites, ({ path }) => patterns.find(({ pattern }) => pattern.matches(path))?.number ?? value)
}

/** `8`, or `q_proj/16+up_proj/4`; undefined where the text is neither, or a number in it is none that `isValid`. */
export function parseBySite(text: string, isValid: (value: number) => boolean): BySite | undefined {
  const numberOf = (text: string): number => (/^[\d.e+-]+$/i.test(text) ? Number(text) : Number.NaN)
  if (isValid(numberOf(text))) return numberOf(text)
  const parts = text.split('+').map((part) => /^([A-Za-z_][\w.]*)\/(.+)$/.exec(part))
  if (!parts.every((match) => match !== null && isValid(numberOf(match[2]!)))) return undefined
  return Object.fromEntries(parts.map((match) => [match![1]!, numberOf(match![2]!)]))
}

export function formatBySite(value: BySite): string {
  if (typeof value === 'number') return String(value)
  return Object.entries(value)
    .map(([target, number]) => `${target}/${number}`)
    .join('+')
}

/** A number above 0 for every site, or by target. */
export function bySiteOption(
  options: Pick<OptionSyntax<BySite>, 'doc' | 'alias' | 'default'> & { readonly kind: 'integer' | 'number' },
): OptionSyntax<BySite> {
  const { kind, ...described } = options
  return {
    ...described,
    parse: (text, where) => {
      const value = parseBySite(text, kind === 'integer' ? isPositiveInteger : isPositive)
      if (value === undefined) {
        const expected = kind === 'integer' ? 'an integer ≥ 1' : 'a number above 0'
        throw new AdapterError(`${where}: expected ${expected}, or target/number joined by +, got '${text}'`)
      }
      return value
    },
    format: formatBySite,
  }
}

export function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0
}

export function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
