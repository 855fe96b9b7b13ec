import { checkPattern } from './check-pattern.js'
import { DataError } from './data-error.js'

type Fields = { readonly [field: string]: unknown }

/** A `tokenizer.json` that can be trusted: every part is there, or null. */
export interface CheckedTokenizerJson extends Fields {
  readonly model: Fields
  readonly added_tokens: readonly Fields[]
  readonly normalizer: unknown
  readonly pre_tokenizer: unknown
  readonly post_processor: unknown
  readonly decoder: unknown
}

/** More tokens than any published vocabulary has; a larger id would only reserve memory. */
const idLimit = 2 ** 22

/** Throws a `DataError` for what is no tokenizer, or would harm whoever runs it. */
export function checkTokenizerJson(json: unknown, source: string): CheckedTokenizerJson {
  const check = new Checker(source)
  const fields = check.object(json, 'the file')
  const model = check.object(fields.model, 'model')
  checkModel(model, check)
  const added = check.list(fields.added_tokens ?? [], 'added_tokens').map((entry, index) => {
    const token = check.object(entry, `added_tokens ${index}`)
    check.id(token.id, `added_tokens ${index}: id`)
    if (check.string(token.content, `added_tokens ${index}: content`) === '') {
      throw new DataError(`${source}: added_tokens ${index}: content is empty`)
    }
    return token
  })
  const part = (name: string): unknown => {
    const value = fields[name] ?? null
    if (value !== null) check.object(value, name)
    checkPatterns(value, name, source)
    return value
  }
  return {
    ...fields,
    model,
    added_tokens: added,
    normalizer: part('normalizer'),
    pre_tokenizer: part('pre_tokenizer'),
    post_processor: part('post_processor'),
    decoder: part('decoder'),
  }
}

function checkModel(model: Fields, check: Checker): void {
  const { type, vocab } = model
  // Older files leave the type out: then it follows from the other fields.
  if (type !== undefined && type !== 'BPE' && type !== 'WordPiece' && type !== 'Unigram') {
    throw check.wrong('model.type', '"BPE", "WordPiece" or "Unigram"', type)
  }
  if (Array.isArray(vocab)) {
    vocab.forEach((entry: unknown, index) => {
      const [token, score] = check.list(entry, `model.vocab ${index}`)
      check.string(token, `model.vocab ${index}`)
      if (typeof score !== 'number') throw check.wrong(`model.vocab ${index}`, 'a token and a number', entry)
    })
  } else {
    for (const [token, id] of Object.entries(check.object(vocab, 'model.vocab'))) {
      check.id(id, `model.vocab: ${JSON.stringify(token)}`)
    }
  }
  if (type === 'BPE' || model.merges !== undefined) {
    check.list(model.merges, 'model.merges').forEach((merge, index) => {
      const parts = typeof merge === 'string' ? merge.split(' ') : merge
      const isPair = Array.isArray(parts) && parts.length === 2 && parts.every((p) => typeof p === 'string')
      if (!isPair) throw check.wrong(`model.merges ${index}`, 'two tokens', merge)
    })
  }
}

/** Every regular expression, however deep it stands. */
function checkPatterns(value: unknown, path: string, source: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'Regex' && typeof inner === 'string') checkPattern(inner, `${source}: ${path}`)
    else checkPatterns(inner, Array.isArray(value) ? `${path} ${name}` : `${path}.${name}`, source)
  }
}

/** Expectations whose errors name the place. */
class Checker {
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  object(value: unknown, name: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.wrong(name, 'an object', value)
    }
    return value as Fields
  }

  list(value: unknown, name: string): readonly unknown[] {
    if (!Array.isArray(value)) throw this.wrong(name, 'a list', value)
    return value
  }

  string(value: unknown, name: string): string {
    if (typeof value !== 'string') throw this.wrong(name, 'a string', value)
    return value
  }

  id(value: unknown, name: string): void {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= idLimit) {
      throw this.wrong(name, `an integer from 0 to ${idLimit - 1}`, value)
    }
  }

  wrong(name: string, expected: string, value: unknown): DataError {
    const shown = JSON.stringify(value) ?? 'nothing'
    const excerpt = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
    return new DataError(`${this.#source}: ${name}: expected ${expected}, got ${excerpt}`)
  }
}
