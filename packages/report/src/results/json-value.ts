import { ReportError } from '../errors.js'

/** A value of a JSON file with its place in it, so that whatever is wrong with it can be told with the place. */
export class JsonValue {
  constructor(
    private readonly content: unknown,
    /** The file, and the line where each line is a value of its own. */
    private readonly where: string,
    /** `runs[2].loss`; empty for the whole value. */
    private readonly path = '',
  ) {}

  /** An error that says what was expected here, and what came. */
  expected(what: string): ReportError {
    const { content } = this
    const got = content === undefined ? 'nothing' : shortened(JSON.stringify(content))
    return new ReportError(
      `${this.where}: ${this.path === '' ? '' : `${this.path}: `}expected ${what}, got ${got}`,
    )
  }

  /** Whether it is there; null counts as absent. */
  get isPresent(): boolean {
    return this.content !== undefined && this.content !== null
  }

  get isObject(): boolean {
    return typeof this.content === 'object' && this.content !== null && !Array.isArray(this.content)
  }

  /** A field of an object; one that is not there is a value that is not present. */
  get(name: string): JsonValue {
    const object = this.object()
    return new JsonValue(
      Object.hasOwn(object, name) ? object[name] : undefined,
      this.where,
      this.path === '' ? name : `${this.path}.${name}`,
    )
  }

  /** The fields of an object whose names are the file's own. */
  entries(): [name: string, value: JsonValue][] {
    return Object.keys(this.object()).map((name) => [name, this.get(name)])
  }

  items(): JsonValue[] {
    if (!Array.isArray(this.content)) throw this.expected('a list')
    return this.content.map((item, i) => new JsonValue(item, this.where, `${this.path}[${i}]`))
  }

  string(): string {
    if (typeof this.content !== 'string') throw this.expected('text')
    return this.content
  }

  number(): number {
    if (typeof this.content !== 'number') throw this.expected('a number')
    return this.content
  }

  /** A number; NaN for null, which is how JSON has what is no number. */
  numberOrNaN(): number {
    return this.content === null ? Number.NaN : this.number()
  }

  /** What a setting can be. */
  scalar(): string | number | boolean | null {
    const { content } = this
    if (content === null || ['string', 'number', 'boolean'].includes(typeof content)) {
      return content as string | number | boolean | null
    }
    throw this.expected('text, a number, true, false or null')
  }

  private object(): { readonly [name: string]: unknown } {
    if (!this.isObject) throw this.expected('an object')
    return this.content as { readonly [name: string]: unknown }
  }
}

/** The value of a JSON text. What is no JSON is an error, with the line where the text has several. */
export function parseJson(text: string, where: string): JsonValue {
  try {
    return new JsonValue(JSON.parse(text), where)
  } catch (error) {
    const lines = text.split('\n')
    const line = lines.length > 1 ? `:${lineOfMistake(lines)}` : ''
    throw new ReportError(`${where}${line}: this is no JSON: ${(error as Error).message}`)
  }
}

/** The first line up to which the text is more than incomplete: messages do not always name the place. By bisection. */
function lineOfMistake(lines: readonly string[]): number {
  let [good, bad] = [0, lines.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isBroken(`${lines.slice(0, middle).join('\n')}\n`)) bad = middle
    else good = middle
  }
  return bad
}

/** Whether no continuation makes JSON of the text. */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    const { message } = error as Error
    const position = /at position (\d+)/.exec(message)?.[1]
    return position === undefined ? !message.includes('end of JSON') : Number(position) < text.length
  }
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
