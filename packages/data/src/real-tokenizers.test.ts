import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { llama2cTokenizerJson } from './llama2c-tokenizer.js'
import { loadTokenizer } from './node.js'
import { Tokenizer } from './tokenizer.js'

// These files are not part of the project: set GYRE_DATA to a folder that holds them to run the tests.
const root = process.env.GYRE_DATA
const skipped = root ? '' : ' (skipped: GYRE_DATA does not name a folder with the tokenizers)'

interface Case {
  readonly text: string
  readonly ids: readonly number[]
}

it.skipIf(!root)(
  `RoBERTa's ids of merges.txt are those of Hugging Face, special tokens around them${skipped}`,
  async () => {
    const folder = join(root!, 'tokenizers/roberta-base')
    const tokenizer = await loadTokenizer(folder)
    for (const { text, ids } of JSON.parse(
      readFileSync(join(folder, 'expected-ids.json'), 'utf8'),
    ) as Case[]) {
      expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids)
      expect([...tokenizer.encodeForModel(text).ids]).toEqual([0, ...ids, 2])
      expect([...tokenizer.encodeForModel(text, { pair: text }).ids]).toEqual([0, ...ids, 2, 2, ...ids, 2])
      expect(tokenizer.decode(ids)).toBe(text)
    }
    expect(tokenizer.vocabSize).toBe(50_265)
    expect(tokenizer.special).toEqual({ bos: 0, pad: 1, eos: 2, unknown: 3, mask: 50_264 })
    // The mask takes the blank before it along.
    expect([...tokenizer.encode('the <mask>')]).toEqual([627, 50_264])
  },
)

it.skipIf(!root)(
  `BERT's ids of vocab.txt are those of Hugging Face, special tokens around them${skipped}`,
  async () => {
    const folder = join(root!, 'tokenizers/bert-base-uncased')
    const tokenizer = await loadTokenizer(folder)
    for (const { text, ids } of JSON.parse(
      readFileSync(join(folder, 'expected-ids.json'), 'utf8'),
    ) as Case[]) {
      expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids)
      const pair = tokenizer.encodeForModel(text, { pair: text })
      expect([...pair.ids]).toEqual([101, ...ids, 102, ...ids, 102])
      const firstOfPair = ids.length + 2
      expect([...pair.tokenTypeIds]).toEqual(Array.from(pair.ids, (_, i) => (i < firstOfPair ? 0 : 1)))
    }
    expect(tokenizer.special).toEqual({ bos: 101, pad: 0, eos: 102, unknown: 100, mask: 103 })
  },
)

it.skipIf(!root).each(['tokenizer.json', 'tok512.bin'])(
  `LLaMA's ids of stories260K by %s are the reference's: emoji, tabs, breaks, double blanks${skipped}`,
  async (file) => {
    const source = join(root!, 'stories260K')
    const folder = mkdtempSync(join(tmpdir(), 'gyre-tokenizer-'))
    cpSync(join(source, file), join(folder, file))
    const tokenizer = await loadTokenizer(folder)
    const { tokenizer: cases } = JSON.parse(readFileSync(join(source, 'fixture.json'), 'utf8')) as {
      readonly tokenizer: readonly Case[]
    }
    for (const { text, ids } of cases) {
      expect([...tokenizer.encodeForModel(text).ids], JSON.stringify(text)).toEqual(ids)
      expect(tokenizer.decode(ids)).toBe(text)
    }
    expect(cases).toHaveLength(7)
  },
)

it.skipIf(!root)(`llama2.c's tokenizer tells tokenizer.json's story on whole texts${skipped}`, async () => {
  const folder = join(root!, 'stories260K')
  const path = join(folder, 'tok512.bin')
  const fromBinary = new Tokenizer(llama2cTokenizerJson(readFileSync(path), path))
  const published = await loadTokenizer(folder)
  const text = readFileSync(join(folder, 'tinystories_sample.txt'), 'utf8')
  expect([...fromBinary.encode(text)]).toEqual([...published.encode(text)])
})
