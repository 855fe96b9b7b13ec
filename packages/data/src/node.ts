import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Chapter, corpora, decodeMobyDick, decodeSpeeches, type Speech } from './corpora.js'
import { DataError } from './data-error.js'
import { Tokenizer } from './tokenizer.js'

export { readTaskFolder, type TaskData } from './task-folder.js'

/** The built-in State of the Union addresses. */
export async function loadSpeeches(): Promise<Speech[]> {
  return decodeSpeeches(await readCorpus(corpora.speeches.file))
}

/** The built-in *Moby-Dick*. */
export async function loadMobyDick(): Promise<Chapter[]> {
  return decodeMobyDick(await readCorpus(corpora.mobyDick.file))
}

/** The tokenizer of a folder's `tokenizer.json`. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`${path}: there is no such file`) : error
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`)
  }
  if (typeof json !== 'object' || json === null) throw new DataError(`${path}: expected a JSON object`)
  return new Tokenizer(json as { readonly [field: string]: unknown }, path)
}

function readCorpus(file: string): Promise<Uint8Array> {
  // Beside src and dist alike.
  return readFile(new URL(`../corpora/${file}`, import.meta.url))
}
