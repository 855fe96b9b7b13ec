import { quote } from './quote.js'
import { isWellFormed } from './well-formed.js'

/** Stops the reading with an error; `at` is the place in the text. */
export type FailAt = (problem: string, at: number) => never

/**
 * Reads the little JSON that a header is made of, front to back: objects, strings and lists of integers.
 * `JSON.parse` would do, but for what it hides: a key that appears twice, a `__proto__`, `1e400`, depth without end,
 * and where in the text a mistake is.
 */
export class JsonCursor {
  readonly #text: string
  readonly #fail: FailAt
  #at = 0

  constructor(text: string, fail: FailAt) {
    this.#text = text
    this.#fail = fail
  }

  /** The place of the next value. */
  get at(): number {
    this.#skipSpace()
    return this.#at
  }

  /** An object: `member` is called with each key and reads its value. A key may appear once. */
  object(member: (key: string, at: number) => void): void {
    this.#take('{')
    if (this.#takeIf('}')) return
    const keys = new Set<string>()
    do {
      const at = this.at
      const key = this.string()
      if (keys.has(key)) this.#fail(`the key ${quote(key)} appears twice`, at)
      keys.add(key)
      this.#take(':')
      member(key, at)
    } while (this.#takeIf(','))
    this.#take('}', 'a comma or }')
  }

  string(): string {
    const start = this.at
    this.#take('"', 'a string')
    let code = this.#text.charCodeAt(this.#at)
    while (code !== quotationMark) {
      if (this.#at >= this.#text.length) return this.#fail('a string has no end', start)
      this.#at += code === backslash ? 2 : 1
      code = this.#text.charCodeAt(this.#at)
    }
    this.#at++
    const value = this.#unescape(start)
    if (!isWellFormed(value)) this.#fail('a string holds half a surrogate pair', start)
    return value
  }

  /** A list of integers from 0 to 2^53 − 1, written in digits. */
  integers(): number[] {
    this.#take('[')
    const values: number[] = []
    if (this.#takeIf(']')) return values
    do values.push(this.#integer())
    while (this.#takeIf(','))
    this.#take(']', 'a comma or ]')
    return values
  }

  /** Nothing but space may follow. */
  end(): void {
    if (this.at < this.#text.length) this.#unexpected('the end of the header')
  }

  #integer(): number {
    const start = this.at
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++
    const digits = this.#text.slice(start, this.#at)
    if (digits === '' || (digits.length > 1 && digits[0] === '0')) {
      this.#at = start
      return this.#unexpected('an integer from 0')
    }
    const value = digits.length > 16 ? Number.POSITIVE_INFINITY : Number(digits)
    if (!Number.isSafeInteger(value)) this.#fail('an integer is larger than 2^53 − 1', start)
    return value
  }

  #unescape(start: number): string {
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      return this.#fail('a string has an unknown escape or a control character', start)
    }
  }

  #take(sign: string, expected = sign): void {
    if (!this.#takeIf(sign)) this.#unexpected(expected)
  }

  #takeIf(sign: string): boolean {
    if (this.#text[this.at] !== sign) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #unexpected(expected: string): never {
    const at = this.#at
    // A word or a single sign.
    const [found] = this.#text.slice(at, at + 24).match(/^[^\s,:[\]{}"]+|^./su) ?? []
    return this.#fail(
      `expected ${expected}, found ${found === undefined ? 'the end of the header' : quote(found)}`,
      at,
    )
  }
}

const quotationMark = 0x22
const backslash = 0x5c

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
