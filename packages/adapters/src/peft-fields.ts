import { AdapterError } from './errors.js'
import type { JsonObject } from './method.js'

/**
 * Throws an `AdapterError` where a field of `adapter_config.json` asks for a variant of PEFT's that changes what is
 * computed. `supported` has, for each such field, the one value that does not; null or no field is fine too.
 */
export function refuseVariants(fields: JsonObject, supported: JsonObject): void {
  for (const [field, expected] of Object.entries(supported)) {
    const value = fields[field]
    if (value !== undefined && value !== null && JSON.stringify(value) !== JSON.stringify(expected)) {
      throw new AdapterError(
        `adapter_config.json: ${field} = ${JSON.stringify(value)} is not supported; expected ${JSON.stringify(expected)}`,
      )
    }
  }
}

const kinds = {
  number: { is: (value: number) => Number.isFinite(value), text: 'a number' },
  'positive number': { is: (value: number) => value > 0 && value < Infinity, text: 'a positive number' },
  'positive integer': {
    is: (value: number) => Number.isInteger(value) && value > 0,
    text: 'a positive integer',
  },
  seed: { is: (value: number) => Number.isInteger(value) && value >= 0, text: 'an integer ≥ 0' },
}

/** A field of `adapter_config.json` that must be there and be such a number. */
export function numberField(fields: JsonObject, name: string, kind: keyof typeof kinds): number {
  const value = fields[name]
  const { is, text } = kinds[kind]
  if (typeof value === 'number' && is(value)) return value
  throw wrongField(fields, name, text)
}

/** A field that is a list of names; null or no field is the empty one. */
export function namesField(fields: JsonObject, name: string): readonly string[] {
  const value = fields[name] ?? []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw wrongField(fields, name, 'a list of names')
}

export function wrongField(fields: JsonObject, name: string, expected: string): AdapterError {
  return new AdapterError(
    `adapter_config.json: ${name} should be ${expected}, not ${JSON.stringify(fields[name])}`,
  )
}
