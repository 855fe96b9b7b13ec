import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadTokenizer } from './node.js'
import { Tokenizer } from './tokenizer.js'
import { byteLevelTokenizerJson, wordPieceTokenizerJson } from './vocabulary-files.js'

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'wha', '##le', 'sea', '!', 'a', '##a']

describe('loadTokenizer, of a folder without tokenizer.json', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gyre-vocabulary-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const write = (name: string, ...lines: string[]) => writeFile(join(folder, name), `${lines.join('\n')}\n`)
  beforeEach(async () => {
    for (const name of ['vocab.json', 'merges.txt', 'vocab.txt', 'tokenizer_config.json']) {
      await rm(join(folder, name), { force: true })
    }
  })

  it('takes vocab.txt as BERT does: lower case, no accents, the longest pieces, two types of tokens', async () => {
    await write('vocab.txt', ...words)
    const tokenizer = await loadTokenizer(folder)
    expect([...tokenizer.encode('The WHÁLE! whales')]).toEqual([5, 6, 7, 9, 1])
    const { ids, tokenTypeIds } = tokenizer.encodeForModel('the sea', { pair: 'a' })
    expect([...ids]).toEqual([2, 5, 8, 3, 10, 3])
    expect([...tokenTypeIds]).toEqual([0, 0, 0, 0, 1, 1])
    expect(tokenizer.decode([2, 5, 6, 7, 3])).toBe('the whale')

    await write('tokenizer_config.json', '{"do_lower_case": false}')
    expect([...(await loadTokenizer(folder)).encode('The sea')]).toEqual([1, 8])
  })

  it('takes vocab.json and merges.txt as GPT-2 does, or as RoBERTa where its special tokens are there', async () => {
    const vocab = { a: 0, b: 1, ab: 2, Ġ: 3, Ġab: 4, '<|endoftext|>': 5 }
    await write('vocab.json', JSON.stringify(vocab))
    await write('merges.txt', '#version: 0.2', 'a b', 'Ġ ab')
    const gpt2 = await loadTokenizer(folder)
    expect([...gpt2.encodeForModel('ab ab<|endoftext|>b').ids]).toEqual([2, 4, 5, 1])
    expect(gpt2.special).toMatchObject({ bos: 5, eos: 5 })

    await write('vocab.json', JSON.stringify({ ...vocab, '<s>': 6, '</s>': 7, '<mask>': 8 }))
    const roberta = await loadTokenizer(folder)
    expect([...roberta.encodeForModel('ab <mask>', { pair: 'b' }).ids]).toEqual([6, 2, 8, 7, 7, 1, 7])
  })

  it('names the file and the line of what it cannot use', async () => {
    await write('vocab.txt', ...words, 'the')
    await expect(loadTokenizer(folder)).rejects.toThrow(
      `${join(folder, 'vocab.txt')}, line 13: the token "the" twice`,
    )
    await write('vocab.txt', ...words.slice(2))
    await expect(loadTokenizer(folder)).rejects.toThrow(`${join(folder, 'vocab.txt')}: expected a line [UNK]`)
    await write('vocab.json', '{"a": 0, "b": "1"}')
    await write('merges.txt', 'a b', 'a')
    await expect(loadTokenizer(folder)).rejects.toThrow(
      `${join(folder, 'vocab.json')}: "b": expected an id, got "1"`,
    )
    await write('vocab.json', '{"a": 0, "b": 1}')
    await expect(loadTokenizer(folder)).rejects.toThrow(
      `${join(folder, 'merges.txt')}, line 2: expected two tokens, got "a"`,
    )
  })
})

describe('encoding word by word', () => {
  const text = fc
    .array(
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\t',
        '\u2581',
        '\u00A0',
        '\uFEFF',
        '\u0301',
        'a',
        'b',
        'É',
        'Σ',
        '漢',
        '!',
      ),
      {
        maxLength: 14,
      },
    )
    .map((signs) => signs.join(''))
  const sameAsLibrary = (json: { readonly [field: string]: unknown }): void => {
    const tokenizer = new Tokenizer(json)
    const library = new HuggingFaceTokenizer(json, {})
    fc.assert(
      fc.property(text, (sample) => {
        expect([...tokenizer.encode(sample)]).toEqual(
          library.encode(sample, { add_special_tokens: false }).ids,
        )
      }),
      { numRuns: 500 },
    )
  }

  it('gives what the library gives for the whole text: BERT', () => {
    const vocabulary = {
      text: [...words, 'σ', '##σ', '##ς', 'e', '漢', '##b', 'b'].join('\n'),
      source: 'vocab.txt',
    }
    sameAsLibrary(wordPieceTokenizerJson(vocabulary, { lowercase: true }))
  })

  it('gives what the library gives for the whole text: SentencePiece, as LLaMA has it', () => {
    const bytes = Array.from(
      { length: 256 },
      (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`,
    )
    const tokens = ['<unk>', ...bytes, '\u2581', 'a', 'b', '\u2581\u2581', '\u2581a', 'ab', '\u2581ab', '\n']
    const merges = ['\u2581 \u2581', 'a b', '\u2581 ab', '\u2581 a']
    const normalizers = [
      { type: 'Prepend', prepend: '\u2581' },
      { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
    ]
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
    sameAsLibrary({
      added_tokens: [],
      normalizer: { type: 'Sequence', normalizers },
      pre_tokenizer: null,
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: true, vocab, merges },
    })
  })

  it('gives what the library gives for the whole text: bytes', () => {
    const tokens = Object.fromEntries(
      ['a', 'b', 'ab', 'Ġ', 'Ġa', 'Ċ', 'ĉ', '!'].map((token, id) => [token, id]),
    )
    const vocabulary = { text: JSON.stringify(tokens), source: 'vocab.json' }
    sameAsLibrary(byteLevelTokenizerJson(vocabulary, { text: 'a b\nĠ a', source: 'merges.txt' }))
  })
})
