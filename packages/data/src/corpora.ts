import { DataError } from './data-error.js'

/** One State of the Union address. */
export interface Speech {
  readonly year: number
  /** The president. */
  readonly name: string
  readonly party: string
  readonly text: string
}

/** One part of *Moby-Dick*, in order: contents, etymology, extracts, 135 chapters, epilogue. */
export interface Chapter {
  readonly chapter: string
  readonly title: string
  readonly text: string
}

export const corpusFiles = { speeches: 'speeches.jsonl.gz', mobyDick: 'moby-dick.jsonl.gz' } as const

/** The 233 addresses of `speeches.jsonl.gz`, 1790 to 2021. */
export function decodeSpeeches(bytes: Uint8Array): Promise<Speech[]> {
  return decodeLines<Speech>(bytes, corpusFiles.speeches, 233)
}

/** The 139 parts of `moby-dick.jsonl.gz`. */
export function decodeMobyDick(bytes: Uint8Array): Promise<Chapter[]> {
  return decodeLines<Chapter>(bytes, corpusFiles.mobyDick, 139)
}

/** A text in two parts: what is trained on, and the last tenth, which is held out. */
export interface SplitText {
  readonly train: string
  readonly heldOut: string
}

/** Cuts at the first blank at or after nine tenths of the characters. */
export function holdOutLastTenth(text: string): SplitText {
  const at = text.indexOf(' ', Math.floor(text.length * 0.9))
  const cut = at < 0 ? text.length : at
  return { train: text.slice(0, cut), heldOut: text.slice(cut + 1) }
}

/** All addresses as one text, oldest first, a blank line between two. */
export function speechesText(speeches: readonly Speech[]): string {
  return speeches.map((speech) => speech.text).join('\n\n')
}

/** The novel as one text, without its table of contents. */
export function mobyDickText(chapters: readonly Chapter[]): string {
  return chapters
    .filter(({ chapter }) => chapter !== 'Contents')
    .map((chapter) => chapter.text)
    .join('\n\n')
}

async function decodeLines<T>(bytes: Uint8Array, source: string, expected: number): Promise<T[]> {
  let text: string
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'))
    text = await new Response(stream).text()
  } catch (error) {
    throw new DataError(`${source}: cannot be decompressed: ${(error as Error).message}`)
  }
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
  if (records.length !== expected) {
    throw new DataError(`${source}: expected ${expected} records, got ${records.length}`)
  }
  return records
}
