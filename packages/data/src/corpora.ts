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

/** The built-in corpora: their files, and what is in them when unpacked. */
export const corpora = {
  speeches: {
    file: 'speeches.jsonl.gz',
    records: 233,
    sha256: '074bba9165be86814ad1e9793e862cf60cfd98eb5e658b93e0c03cf8ac449b36',
  },
  mobyDick: {
    file: 'moby-dick.jsonl.gz',
    records: 139,
    sha256: '215b2e904acdadffb72686bd1060fba7f092e65e13fe726543da3a081a710fc0',
  },
} as const

type Corpus = (typeof corpora)[keyof typeof corpora]

/** The 233 addresses of `speeches.jsonl.gz`, 1790 to 2021, oldest first. */
export function decodeSpeeches(bytes: Uint8Array): Promise<Speech[]> {
  return decodeCorpus<Speech>(bytes, corpora.speeches)
}

/** The 139 parts of `moby-dick.jsonl.gz`. */
export function decodeMobyDick(bytes: Uint8Array): Promise<Chapter[]> {
  return decodeCorpus<Chapter>(bytes, corpora.mobyDick)
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

/** Unpacks JSON lines; anything but the very bytes that were packed is an error. */
async function decodeCorpus<T>(bytes: Uint8Array, { file, records, sha256 }: Corpus): Promise<T[]> {
  let unpacked: ArrayBuffer
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'))
    unpacked = await new Response(stream).arrayBuffer()
  } catch (error) {
    throw new DataError(`${file}: cannot be unpacked: ${(error as Error).message}`)
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', unpacked))
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (found !== sha256) {
    throw new DataError(`${file}: expected ${records} records with SHA-256 ${sha256}, got SHA-256 ${found}`)
  }
  const lines = new TextDecoder().decode(unpacked).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as T)
}
