import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainBytePairTokenizer } from './byte-pair-trainer.js'
import { mobyDickText } from './corpora.js'
import { DataError } from './data-error.js'
import { loadMobyDick, loadTokenizer } from './node.js'
import { byteCharacters, preTokens } from './pre-tokens.js'
import { Tokenizer } from './tokenizer.js'
import type { TokenizerJson } from './tokenizer-json.js'

const specialTokens = ['<s>', '<pad>', '</s>', '<unk>', '<mask>']
let novel: string
let json: TokenizerJson
let tokenizer: Tokenizer
beforeAll(async () => {
  novel = mobyDickText(await loadMobyDick()).slice(0, 200_000)
  json = trainBytePairTokenizer(novel, { vocabSize: 512, specialTokens })
  tokenizer = new Tokenizer(json)
})

/** Text with what trips tokenizers: runs of blanks, contractions, special tokens, and any characters at all. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom(
        ' ',
        '  ',
        '\n\n',
        "'s",
        "n't",
        ' the',
        'whale',
        ' 1851',
        '🐋',
        '\u0000',
        '\u00A0',
        'é',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

function mergesOf(text: string, count: number): readonly string[][] {
  const { model } = trainBytePairTokenizer(text, { vocabSize: 256 + count, specialTokens: [] })
  return (model as { readonly merges: readonly string[][] }).merges
}

/** Algorithm 1 of the paper as it stands, without special tokens: a token is an index into `tokens`. */
function naiveMerges(text: string, count: number): string[][] {
  const tokens = [...byteCharacters]
  let words = Array.from(preTokens(text), ([word]) => Array.from(new TextEncoder().encode(word)))
  const merges: string[][] = []
  for (let merge = 0; merge < count; merge++) {
    const counts = new Map<number, number>()
    for (const ids of words) {
      for (let i = 0; i + 1 < ids.length; i++) {
        const pair = ids[i]! * 1000 + ids[i + 1]!
        counts.set(pair, (counts.get(pair) ?? 0) + 1)
      }
    }
    const [[best]] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]) as [[number, number]]
    const [left, right] = [Math.floor(best / 1000), best % 1000]
    merges.push([tokens[left]!, tokens[right]!])
    tokens.push(tokens[left]! + tokens[right]!)
    words = words.map((ids) => {
      const merged: number[] = []
      for (const id of ids) {
        // Pairs do not overlap: a token made just now is above all others, and so never the left of this pair.
        if (merged.at(-1) === left && id === right) merged[merged.length - 1] = tokens.length - 1
        else merged.push(id)
      }
      return merged
    })
  }
  return merges
}

describe('trainBytePairTokenizer', () => {
  it('merges the most frequent pair first, and of equally frequent ones that with the lower ids', () => {
    // ab occurs three times and bc twice; then ab c twice.
    expect(mergesOf('abc\nabc\nab', 2)).toEqual([
      ['a', 'b'],
      ['ab', 'c'],
    ])
    expect(mergesOf('xy\nab', 1)).toEqual([['a', 'b']])
    // Overlapping pairs merge from the left.
    expect(mergesOf('aaaa', 2)).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ])
  })

  it('keeps its counts right merge by merge: counting everything anew each time gives the same', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', ' ', '\n'), { maxLength: 40 }), (letters) => {
        const text = `${letters.join('')}\nabcabcab`
        expect(mergesOf(text, 4)).toEqual(naiveMerges(text, 4))
      }),
    )
  })

  it('learns the same from the same text, and numbers special tokens first', () => {
    expect(trainBytePairTokenizer(novel, { vocabSize: 512, specialTokens })).toEqual(json)
    expect(tokenizer.vocabSize).toBe(512)
    expect(tokenizer.special).toEqual({ bos: 0, pad: 1, eos: 2, unknown: 3, mask: 4 })
  })

  it('says how many tokens a text or an alphabet is good for', () => {
    expect(() => trainBytePairTokenizer('abc', { vocabSize: 300, specialTokens })).toThrow(
      'only enough different words for 263 tokens, not 300',
    )
    expect(() => trainBytePairTokenizer('abc', { vocabSize: 260, specialTokens })).toThrow(
      'vocabSize 260 is too small; bytes and special tokens need 261',
    )
  })
})

describe('Tokenizer', () => {
  it('gives back any text that it is given', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it('encodes exactly as the library does on the whole text', () => {
    const library = new HuggingFaceTokenizer(json, {})
    const whole = (text: string) => library.encode(text, { add_special_tokens: false }).ids
    fc.assert(
      fc.property(anyText, (text) => {
        expect(Array.from(tokenizer.encode(text))).toEqual(whole(text))
      }),
      { numRuns: 300 },
    )
    for (const text of ['<mask>', 'a <mask>b</s>', '<mask', '<s><s> <unk>']) {
      expect(Array.from(tokenizer.encode(text))).toEqual(whole(text))
    }
    const passage = novel.slice(0, 20_000)
    expect(Array.from(tokenizer.encode(passage))).toEqual(whole(passage))
  })

  it('passes over special tokens when it decodes', () => {
    expect(tokenizer.decode([0, ...tokenizer.encode('whale'), 2, 1])).toBe('whale')
    expect(tokenizer.decode([0, 2])).toBe('')
  })

  it('makes fewer than two thirds as many tokens of English as it has bytes', () => {
    expect(tokenizer.encode(novel.slice(0, 20_000)).length).toBeLessThan((20_000 * 2) / 3)
  })

  it('refuses what is no tokenizer, naming the file', () => {
    expect(() => new Tokenizer({}, { source: 'model/tokenizer.json' })).toThrow(
      'model/tokenizer.json: model: expected an object, got nothing',
    )
  })
})

describe('loadTokenizer', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gyre-tokenizer-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const write = (content: string) => writeFile(join(folder, 'tokenizer.json'), content)

  it('reads back what was trained and saved', async () => {
    await write(JSON.stringify(json))
    const reread = await loadTokenizer(folder)
    const passage = novel.slice(0, 2000)
    expect(reread.encode(passage)).toEqual(tokenizer.encode(passage))
    expect(reread.special).toEqual(tokenizer.special)
  })

  it('names the file that is missing, is no JSON, or holds no tokenizer', async () => {
    const path = join(folder, 'tokenizer.json')
    for (const content of ['{"model": ', 'null', '[]', '{"model": {"type": "__proto__"}}']) {
      await write(content)
      await expect(loadTokenizer(folder)).rejects.toThrow(DataError)
      await expect(loadTokenizer(folder)).rejects.toThrow(`${path}: `)
    }
    await rm(path)
    await expect(loadTokenizer(folder)).rejects.toThrow(`${path}: there is no such file`)
  })
})

describe('encodeForModel', () => {
  const spelled = ({ ids }: { readonly ids: Int32Array }): string =>
    Array.from(ids, (id) => specialTokens[id] ?? tokenizer.decode([id])).join('')

  it('surrounds one text, and joins two, as RoBERTa does', () => {
    expect(spelled(tokenizer.encodeForModel('ab'))).toBe('<s>ab</s>')
    const two = tokenizer.encodeForModel('ab', { pair: 'cd' })
    expect(spelled(two)).toBe('<s>ab</s></s>cd</s>')
    // RoBERTa has one type of token only.
    expect([...new Set(two.tokenTypeIds)]).toEqual([0])
  })

  it('adds nothing where the tokenizer says nothing, and BOS where its configuration asks for it', () => {
    const json = trainBytePairTokenizer('ab', { vocabSize: 258, specialTokens: ['<s>', '</s>'] })
    const [a, b] = [2 + 97, 2 + 98]
    expect([...new Tokenizer(json).encodeForModel('a', { pair: 'b' }).ids]).toEqual([a, b])
    const config = { add_bos_token: true, bos_token: { content: '<s>' } }
    const withBos = new Tokenizer(json, { config })
    expect([...withBos.encodeForModel('a').ids]).toEqual([0, a])
    expect([...withBos.encodeForModel('a', { pair: 'b' }).ids]).toEqual([0, a, 0, b])
    expect(Object.keys(withBos.files())).toEqual(['tokenizer.json', 'tokenizer_config.json'])
  })

  it('refuses a limit that leaves no room for text', () => {
    expect(() => tokenizer.encodeForModel('ab', { maxLength: 2 })).toThrow('the limit is 2')
    expect(() => tokenizer.encodeForModel('ab', { pair: 'cd', maxLength: 4 })).toThrow('the limit is 4')
  })

  it('cuts a text at its end, and of a pair the longer one first', () => {
    const long = 'x y z '.repeat(20)
    const one = tokenizer.encodeForModel(long, { maxLength: 10 }).ids
    expect(one).toHaveLength(10)
    expect(one.at(-1)).toBe(tokenizer.special.eos)
    const two = tokenizer.encodeForModel(long, { pair: 'ab', maxLength: 12 })
    expect(two.ids).toHaveLength(12)
    expect(spelled(two).endsWith('</s></s>ab</s>')).toBe(true)
  })
})
