import { nearestNames } from '@gyre/adapters'
import { GyreError } from '@gyre/tensor'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** A grid that cannot be run as it was written. */
export class GridError extends GyreError {}

type Content = string | number | boolean | null | readonly Located[] | ReadonlyMap<string, Located>

/** A value of a YAML file with its place in it, so that whatever is wrong with it can be told with its line. */
export class Located {
  constructor(
    private readonly file: string,
    private readonly line: number,
    /** `methods[2].sizes`; empty for the whole file. */
    private readonly path: string,
    private readonly content: Content,
  ) {}

  /** An error about this value. */
  error(problem: string): GridError {
    return new GridError(`${this.file}:${this.line}: ${this.path === '' ? '' : `${this.path}: `}${problem}`)
  }

  private expected(what: string): GridError {
    const { content } = this
    const got =
      content instanceof Map ? 'a mapping' : Array.isArray(content) ? 'a list' : JSON.stringify(content)
    return this.error(`expected ${what}, got ${got}`)
  }

  /** The fields of a mapping. An unknown one is an error that names the nearest of those which are `known`. */
  fields<Name extends string>(known: readonly Name[]): { readonly [Key in Name]?: Located } {
    const entries = this.entries()
    for (const [key, value] of entries) {
      if (known.includes(key as Name)) continue
      const [nearest] = nearestNames(key, known)
      throw value.error(`there is no such key; did you mean ${nearest}? Known are ${known.join(', ')}`)
    }
    return Object.fromEntries(entries) as { readonly [Key in Name]?: Located }
  }

  /** The fields of a mapping whose keys are names of the file's own; at least one. */
  entries(): readonly (readonly [name: string, value: Located])[] {
    if (!(this.content instanceof Map)) throw this.expected('a mapping')
    return [...this.content]
  }

  /** A list with at least one item. */
  list(): readonly Located[] {
    if (!Array.isArray(this.content)) throw this.expected('a list')
    if (this.content.length === 0) throw this.error('the list is empty')
    return this.content as readonly Located[]
  }

  isList(): boolean {
    return Array.isArray(this.content)
  }

  isMapping(): boolean {
    return this.content instanceof Map
  }

  string(): string {
    if (typeof this.content !== 'string' || this.content === '') throw this.expected('text')
    return this.content
  }

  integer(minimum: number): number {
    if (typeof this.content !== 'number' || !Number.isInteger(this.content) || this.content < minimum)
      throw this.expected(`an integer ≥ ${minimum}`)
    return this.content
  }

  /** A number above 0, or from 0 on. */
  number(least: 'above 0' | '≥ 0'): number {
    const { content } = this
    const fits =
      typeof content === 'number' &&
      Number.isFinite(content) &&
      (least === '≥ 0' ? content >= 0 : content > 0)
    if (!fits) throw this.expected(`a number ${least}`)
    return content
  }

  /** One of a few words. */
  choice<Choice extends string>(choices: readonly Choice[]): Choice {
    const text = this.string()
    const found = choices.find((choice) => choice === text)
    if (found === undefined) {
      const [nearest] = nearestNames(text, choices)
      throw this.error(`'${text}' is unknown; did you mean ${nearest}? Known are ${choices.join(', ')}`)
    }
    return found
  }

  /** This mapping with another laid over it: mappings are joined key by key, anything else is replaced. */
  overlaid(other: Located): Located {
    if (!(this.content instanceof Map) || !(other.content instanceof Map)) return other
    const joined = new Map<string, Located>(this.content)
    for (const [key, value] of other.content as ReadonlyMap<string, Located>) {
      joined.set(key, joined.get(key)?.overlaid(value) ?? value)
    }
    return new Located(this.file, this.line, this.path, joined)
  }

  /** This mapping without some of its fields. */
  without(...keys: readonly string[]): Located {
    const rest = this.entries().filter(([key]) => !keys.includes(key))
    return new Located(this.file, this.line, this.path, new Map(rest))
  }
}

/** The value of a YAML text; what is no YAML is a `GridError` with its line. */
export function parseLocated(text: string, file: string): Located {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) {
    throw new GridError(`${file}:${lines.linePos(problem.pos[0]).line}: ${problem.message}`)
  }
  const lineOf = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line
  const locate = (node: unknown, path: string, parentLine: number): Located => {
    if (isMap(node)) {
      const fields = new Map<string, Located>()
      for (const { key, value } of node.items) {
        const name = String(isScalar(key) ? key.value : key)
        const line = isScalar(key) ? lineOf(key) : lineOf(node)
        fields.set(name, locate(value, path === '' ? name : `${path}.${name}`, line))
      }
      return new Located(file, parentLine, path, fields)
    }
    if (isSeq(node)) {
      const items = node.items.map((item, i) => locate(item, `${path}[${i + 1}]`, lineOf(item as Node)))
      return new Located(file, parentLine, path, items)
    }
    if (isScalar(node) && ['string', 'number', 'boolean'].includes(typeof node.value)) {
      return new Located(file, parentLine, path, node.value as string | number | boolean)
    }
    if (node === null || (isScalar(node) && node.value === null)) {
      return new Located(file, parentLine, path, null)
    }
    throw new GridError(`${file}:${parentLine}: ${path}: expected a plain value, a list or a mapping`)
  }
  return locate(document.contents, '', 1)
}
