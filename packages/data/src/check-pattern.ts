import { DataError } from './data-error.js'

/** How often a group, or a sign, may be repeated. */
interface Quantifier {
  readonly length: number
  readonly varies: boolean
  readonly atMost: number
}

/** In a row of signs that all repeat without limit, time grows with the text to this power. */
const unboundedInARow = 2

/**
 * Throws a `DataError` for a regular expression that could take exponential time on some text: one that repeats
 * a group whose own length varies, as `(a+)+` or `(a|ab)*`, refers back to what it found, or has more than a few
 * repetitions without limit in one alternative. No published tokenizer's does. What passes takes polynomial time.
 *
 * @source Davis et al.: The Impact of Regular Expression Denial of Service in Practice. ESEC/FSE 2018, section 2.
 */
export function checkPattern(pattern: string, place: string): void {
  const refuse = (why: string): DataError =>
    new DataError(`${place}: the pattern ${JSON.stringify(excerpt(pattern))} ${why}`)
  /** What is known of each group that is open, the pattern itself first. */
  const open = [{ varies: false, unbounded: 0, most: 0 }]
  /** Whether the item just read is a group whose length varies. */
  let lastVaries = false
  for (let at = 0; at < pattern.length; ) {
    const group = open.at(-1)!
    const quantifier = readQuantifier(pattern, at)
    if (quantifier) {
      if (quantifier.atMost > 1 && lastVaries) {
        throw refuse('repeats a group whose length varies, which can take exponential time')
      }
      if (quantifier.varies) group.varies = true
      if (quantifier.atMost === Number.POSITIVE_INFINITY) group.unbounded++
      group.most = Math.max(group.most, group.unbounded)
      if (group.most > unboundedInARow) {
        throw refuse(`repeats more than ${unboundedInARow} times without limit in one alternative`)
      }
      // A second quantifier on the same item repeats what varies already.
      lastVaries = quantifier.varies
      at += quantifier.length
      if (pattern[at] === '?' || pattern[at] === '+') at++
      continue
    }
    const sign = pattern[at]!
    lastVaries = false
    if (sign === '\\') {
      if (/^(?:[1-9]|k[<'])/.test(pattern.slice(at + 1, at + 3))) throw refuse('refers back to a group')
      at += 2
    } else if (sign === '[') {
      at = classEnd(pattern, at)
    } else if (sign === '(') {
      open.push({ varies: false, unbounded: 0, most: 0 })
      at += /^\((?:\?(?:<[=!]|<\w+>|[a-zA-Z-]*:|[=!>]))?/.exec(pattern.slice(at))![0].length
    } else if (sign === ')') {
      const closed = open.length > 1 ? open.pop()! : group
      const outer = open.at(-1)!
      lastVaries = closed.varies
      outer.varies ||= closed.varies
      outer.unbounded += closed.most
      outer.most = Math.max(outer.most, outer.unbounded)
      at++
    } else {
      if (sign === '|') {
        group.varies = true
        group.unbounded = 0
      }
      at++
    }
  }
}

function readQuantifier(pattern: string, at: number): Quantifier | undefined {
  const sign = pattern[at]
  if (sign === '*' || sign === '+') return { length: 1, varies: true, atMost: Number.POSITIVE_INFINITY }
  if (sign === '?') return { length: 1, varies: true, atMost: 1 }
  const braces = /^\{(\d*)(,?)(\d*)\}/.exec(pattern.slice(at, at + 24))
  if (!braces || (braces[1] === '' && braces[3] === '')) return undefined
  const [all, least, comma, most] = braces
  const atMost = comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most)
  return { length: all.length, varies: comma !== '' && Number(least) !== atMost, atMost }
}

/** Behind the class that begins at `start`; classes may nest, as in Oniguruma. */
function classEnd(pattern: string, start: number): number {
  let depth = 0
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === '[') depth++
    else if (pattern[at] === ']' && --depth === 0) return at + 1
  }
  return pattern.length
}

function excerpt(pattern: string): string {
  return pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern
}
