import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DataError } from './data-error.js'
import { llama2cTokenizerJson } from './llama2c-tokenizer.js'
import { Tokenizer } from './tokenizer.js'
import { byteLevelTokenizerJson, wordPieceTokenizerJson } from './vocabulary-files.js'

type Fields = { readonly [field: string]: unknown }

/**
 * The tokenizer of a folder: `tokenizer.json`, or else `vocab.json` with `merges.txt`, or else `vocab.txt`, or else the
 * `tok….bin` of llama2.c, beside whose model it is also found. What `tokenizer_config.json` or `special_tokens_map.json` says of its tokens is heeded.
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const folder = path.endsWith('.bin') ? dirname(path) : path
  const config = await readConfig(folder)
  const source = join(folder, 'tokenizer.json')
  const json = await readJson(source)
  if (json) return new Tokenizer(json, { source, config })

  const vocabulary = await readIfThere(join(folder, 'vocab.json'))
  const merges = await readIfThere(join(folder, 'merges.txt'))
  if (vocabulary && merges) {
    return new Tokenizer(byteLevelTokenizerJson(vocabulary, merges), { source: vocabulary.source, config })
  }
  const words = await readIfThere(join(folder, 'vocab.txt'))
  if (words) {
    const lowercase = config?.do_lower_case !== false
    return new Tokenizer(wordPieceTokenizerJson(words, { lowercase }), { source: words.source, config })
  }
  const binary = (await readdir(folder).catch(() => [])).find((name) => /^tok.*\.bin$/.test(name))
  if (binary !== undefined) {
    const file = join(folder, binary)
    return new Tokenizer(llama2cTokenizerJson(await readFile(file), file), { source: file, config })
  }
  throw new DataError(
    `${source}: there is no such file, nor vocab.json with merges.txt, vocab.txt or a tok….bin beside it`,
  )
}

async function readConfig(folder: string): Promise<Fields | undefined> {
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'special_tokens.json']) {
    const fields = await readJson(join(folder, name))
    if (fields) return fields
  }
  return undefined
}

async function readJson(path: string): Promise<Fields | undefined> {
  const file = await readIfThere(path)
  if (!file) return undefined
  let json: unknown
  try {
    json = JSON.parse(file.text)
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`)
  }
  if (typeof json !== 'object' || json === null) throw new DataError(`${path}: expected a JSON object`)
  return json as Fields
}

async function readIfThere(path: string): Promise<{ text: string; source: string } | undefined> {
  try {
    return { text: await readFile(path, 'utf8'), source: path }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
