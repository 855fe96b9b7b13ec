import { DataError } from './data-error.js'

/** A text, or two, as a model takes them: special tokens included. */
export interface EncodedText {
  readonly ids: Int32Array
  /** For each token 0 or 1: which of the two texts it belongs to, for models that tell them apart (BERT). */
  readonly tokenTypeIds: Int32Array
}

/** What stands around texts: `A` and `B` are their places. */
type FramePart =
  | { readonly text: 'A' | 'B'; readonly type: number }
  | { readonly ids: readonly number[]; readonly type: number }

/** The special tokens around one text, and around two. */
export interface TextFrame {
  readonly single: readonly FramePart[]
  readonly pair: readonly FramePart[]
}

type Fields = { readonly [field: string]: unknown }

/** The frame that a tokenizer's `post_processor` describes: Hugging Face's names, of those that add tokens. */
export function parseFrame(processor: unknown, source: string): TextFrame {
  if ((processor ?? null) === null) return bareFrame
  const fields = objectOf(processor, source, 'post_processor')
  switch (fields.type) {
    case 'ByteLevel':
      return bareFrame
    case 'TemplateProcessing':
      return templateFrame(fields, source)
    case 'BertProcessing': {
      const [cls, sep] = [tokenOf(fields, 'cls', source), tokenOf(fields, 'sep', source)]
      return clsSepFrame(cls, [sep], 1)
    }
    case 'RobertaProcessing': {
      const [cls, sep] = [tokenOf(fields, 'cls', source), tokenOf(fields, 'sep', source)]
      return clsSepFrame(cls, [sep, sep], 0)
    }
    case 'Sequence': {
      if (!Array.isArray(fields.processors)) throw wrong(source, 'processors', 'a list', fields.processors)
      const frames = fields.processors.map((inner: unknown) => parseFrame(inner, source))
      const adding = frames.filter((frame) => frame !== bareFrame)
      if (adding.length > 1) throw new DataError(`${source}: two post-processors that add tokens`)
      return adding[0] ?? bareFrame
    }
    default:
      throw new DataError(`${source}: the post-processor ${JSON.stringify(fields.type)} is not known`)
  }
}

/** Texts as they are, one after the other: GPT-2. */
const bareFrame: TextFrame = {
  single: [{ text: 'A', type: 0 }],
  pair: [
    { text: 'A', type: 0 },
    { text: 'B', type: 1 },
  ],
}

/** `cls A sep`, and `cls A between B sep`; the second text's tokens are of `secondType`. */
function clsSepFrame(cls: number, between: readonly number[], secondType: number): TextFrame {
  const start: readonly FramePart[] = [
    { ids: [cls], type: 0 },
    { text: 'A', type: 0 },
  ]
  const end = between.slice(-1)
  return {
    single: [...start, { ids: end, type: 0 }],
    pair: [
      ...start,
      { ids: between, type: 0 },
      { text: 'B', type: secondType },
      { ids: end, type: secondType },
    ],
  }
}

function templateFrame(fields: Fields, source: string): TextFrame {
  const special = objectOf(fields.special_tokens, source, 'special_tokens')
  const partsOf = (name: 'single' | 'pair'): FramePart[] => {
    const template = fields[name]
    if (!Array.isArray(template)) throw wrong(source, name, 'a list', template)
    return template.map((entry: unknown) => {
      const { SpecialToken, Sequence } = objectOf(entry, source, name)
      if (Sequence !== undefined) {
        const { id, type_id } = objectOf(Sequence, source, name)
        if (id !== 'A' && id !== 'B') throw wrong(source, name, 'the texts A and B', id)
        return { text: id, type: idOf(type_id, source, 'type_id') }
      }
      const { id, type_id } = objectOf(SpecialToken, source, name)
      const known = typeof id === 'string' && Object.hasOwn(special, id) ? special[id] : undefined
      const { ids } = objectOf(known, source, `the special token ${JSON.stringify(id)}`)
      if (!Array.isArray(ids)) throw wrong(source, 'ids', 'a list', ids)
      return {
        ids: ids.map((value: unknown) => idOf(value, source, 'ids')),
        type: idOf(type_id, source, 'type_id'),
      }
    })
  }
  return { single: partsOf('single'), pair: partsOf('pair') }
}

/**
 * Puts one text, or two, into a frame. What is longer than `maxLength` tokens is cut at its end; of two texts
 * the longer one is cut first, as Hugging Face's fast tokenizers do.
 */
export function frameTexts(
  { single, pair }: TextFrame,
  first: Int32Array,
  second: Int32Array | undefined,
  maxLength = Number.POSITIVE_INFINITY,
): EncodedText {
  const parts = second === undefined ? single : pair
  const specialCount = parts.reduce((total, part) => total + ('ids' in part ? part.ids.length : 0), 0)
  const room = maxLength - specialCount
  if (!(room > 0)) {
    throw new DataError(`a text takes more than ${specialCount} tokens, the limit is ${maxLength}`)
  }
  const [firstLength, secondLength] = longestFirst(first.length, second?.length ?? 0, room)
  const texts = {
    A: first.subarray(0, firstLength),
    B: second?.subarray(0, secondLength) ?? new Int32Array(),
  }
  const ids = new Int32Array(specialCount + firstLength + secondLength)
  const tokenTypeIds = new Int32Array(ids.length)
  let at = 0
  for (const part of parts) {
    const piece = 'ids' in part ? part.ids : texts[part.text]
    ids.set(piece, at)
    tokenTypeIds.fill(part.type, at, at + piece.length)
    at += piece.length
  }
  return { ids, tokenTypeIds }
}

/** How much is kept of two texts: the shorter one whole as long as it is no longer than half. */
function longestFirst(first: number, second: number, room: number): readonly [number, number] {
  if (first + second <= room) return [first, second]
  const shorter = Math.min(first, second, Math.floor(room / 2))
  return first <= second ? [shorter, room - shorter] : [room - shorter, shorter]
}

function tokenOf(fields: Fields, name: string, source: string): number {
  const token = fields[name]
  if (!Array.isArray(token)) throw wrong(source, name, 'a token and its id', token)
  return idOf(token[1], source, name)
}

function idOf(value: unknown, source: string, name: string): number {
  if (!Number.isInteger(value) || (value as number) < 0) throw wrong(source, name, 'an integer ≥ 0', value)
  return value as number
}

function objectOf(value: unknown, source: string, name: string): Fields {
  if (typeof value !== 'object' || value === null) throw wrong(source, name, 'an object', value)
  return value as Fields
}

function wrong(source: string, name: string, expected: string, value: unknown): DataError {
  return new DataError(
    `${source}: the post-processor's ${name} should be ${expected}, not ${JSON.stringify(value)}`,
  )
}
