import { readFile } from 'node:fs/promises'
import { type Chapter, corpora, decodeMobyDick, decodeSpeeches, type Speech } from './corpora.js'

export * from './task-folder.js'
export { loadTokenizer } from './tokenizer-folder.js'

/** The built-in State of the Union addresses. */
export async function loadSpeeches(): Promise<Speech[]> {
  return decodeSpeeches(await readCorpus(corpora.speeches.file))
}

/** The built-in *Moby-Dick*. */
export async function loadMobyDick(): Promise<Chapter[]> {
  return decodeMobyDick(await readCorpus(corpora.mobyDick.file))
}

function readCorpus(file: string): Promise<Uint8Array> {
  // Beside src and dist alike.
  return readFile(new URL(`../corpora/${file}`, import.meta.url))
}
