import { CheckpointError } from './errors.js'

/** The fields of a JSON object such as `config.json`. */
export type Fields = { readonly [name: string]: unknown }

/** An object from JSON. Throws a `CheckpointError` that names the source when the text holds anything else. */
export function parseFields(text: string, source: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new CheckpointError(`${source}: ${(error as Error).message}`)
  }
  if (!isFields(value)) throw new CheckpointError(`${source}: expected a JSON object`)
  return value
}

/** Reads the fields of one object, with errors that name the file and the field. */
export class FieldReader {
  readonly #fields: Fields
  readonly #source: string

  constructor(fields: Fields, source: string) {
    this.#fields = fields
    this.#source = source
  }

  /** Whether the field has a value; null counts as none. */
  has(name: string): boolean {
    return (this.#fields[name] ?? undefined) !== undefined
  }

  number(name: string, fallback?: number): number {
    const value = this.#fields[name] ?? fallback
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#wrong(name, 'a number', value)
    return value
  }

  /** An integer ≥ 1. */
  size(name: string, fallback?: number): number {
    const value = this.number(name, fallback)
    if (!Number.isInteger(value) || value < 1) throw this.#wrong(name, 'an integer ≥ 1', value)
    return value
  }

  /** A token id; absent and null are undefined. */
  token(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined
  }

  string(name: string): string {
    const value = this.#fields[name]
    if (typeof value !== 'string') throw this.#wrong(name, 'a string', value)
    return value
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#fields[name] ?? fallback
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false', value)
    return value
  }

  /** The field's value, which is one of those given; absent and null are undefined. Anything else is an error. */
  oneOf<const Value>(name: string, ...values: readonly Value[]): Value | undefined {
    const value = this.#fields[name] ?? undefined
    if (value === undefined || values.includes(value as Value)) return value as Value | undefined
    throw this.#wrong(name, values.map((v) => JSON.stringify(v)).join(' or '), value)
  }

  /** Reads an object within this one; absent and null are undefined. */
  object(name: string): FieldReader | undefined {
    const value = this.#fields[name] ?? undefined
    if (value === undefined) return undefined
    if (!isFields(value)) throw this.#wrong(name, 'an object', value)
    return new FieldReader(value, `${this.#source}: ${name}`)
  }

  /** The names of the object's fields. */
  names(): string[] {
    return Object.keys(this.#fields)
  }

  /** Throws unless `size`, field `name`, is a multiple of `by`, field `divisor`. */
  expectMultiple(name: string, size: number, divisor: string, by: number): void {
    if (size % by !== 0) {
      throw new CheckpointError(`${this.#source}: ${name} (${size}) is not a multiple of ${divisor} (${by})`)
    }
  }

  #wrong(name: string, expected: string, value: unknown): CheckpointError {
    return new CheckpointError(`${this.#source}: ${name} should be ${expected}, not ${JSON.stringify(value)}`)
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
