import { describe, expect, it } from 'vitest'
import { checkPattern } from './check-pattern.js'
import { checkTokenizerJson } from './check-tokenizer-json.js'
import { Tokenizer } from './tokenizer.js'

const model = { type: 'WordPiece', unk_token: '[UNK]', vocab: { '[UNK]': 0, a: 1, '##b': 2 } }
const refuse = (json: unknown, problem: string): void => {
  expect(() => checkTokenizerJson(json, 'tokenizer.json')).toThrow(`tokenizer.json: ${problem}`)
}

describe('a tokenizer.json', () => {
  it('with values of wrong types is refused, and the place is named', () => {
    refuse([], 'the file: expected an object, got []')
    refuse({ model: { ...model, vocab: 7 } }, 'model.vocab: expected an object, got 7')
    refuse({ model: { ...model, type: 'Bigram' } }, 'model.type: expected "BPE", "WordPiece" or "Unigram"')
    refuse({ model: { ...model, vocab: { a: 'x' } } }, 'model.vocab: "a": expected an integer from 0')
    refuse({ model: { ...model, vocab: { a: 1e15 } } }, 'model.vocab: "a": expected an integer from 0')
    refuse({ model: { type: 'BPE', vocab: { a: 0 } } }, 'model.merges: expected a list, got nothing')
    refuse(
      { model: { type: 'BPE', vocab: { a: 0 }, merges: ['a'] } },
      'model.merges 0: expected two tokens, got "a"',
    )
    refuse({ model, added_tokens: [{ id: -1, content: 'x' }] }, 'added_tokens 0: id: expected an integer')
    refuse({ model, added_tokens: [{ id: 1, content: '' }] }, 'added_tokens 0: content is empty')
    refuse({ model, normalizer: 'NFC' }, 'normalizer: expected an object, got "NFC"')
  })

  it('with tokens named __proto__ is used as any other, and changes nothing else', () => {
    const vocab = JSON.parse('{"[UNK]": 0, "__proto__": 1, "constructor": 2}')
    const tokenizer = new Tokenizer({
      model: { ...model, vocab },
      pre_tokenizer: { type: 'WhitespaceSplit' },
      added_tokens: [],
    })
    expect([...tokenizer.encode('__proto__ constructor toString')]).toEqual([1, 2, 0])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('whose vocabulary lacks the token for unknown words says so when one comes', () => {
    const tokenizer = new Tokenizer({ model: { ...model, vocab: { a: 0 } } })
    expect(() => tokenizer.encode('z')).toThrow('tokenizer.json: the vocabulary has no "[UNK]"')
  })

  it('with a pattern that can take exponential time is refused wherever the pattern stands', () => {
    const split = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false }
    refuse(
      { model, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits' }, split] } },
      'pre_tokenizer.pretokenizers 1.pattern: the pattern "(a+)+$" repeats a group whose length varies',
    )
    const replace = { type: 'Replace', pattern: { Regex: '(.*)\\1' }, content: '' }
    refuse({ model, normalizer: replace }, 'normalizer.pattern: the pattern "(.*)\\\\1" refers back')
  })
})

describe('checkPattern', () => {
  it.each([
    // GPT-2, Llama 3, GPT-4o, Falcon.
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{M}]*[\\p{Ll}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}",
    '(?=(\\d{3})+(?!\\d))',
    '[^(\\s|[.,!?])]+',
    '\\(+[*+?]{2}',
  ])('passes what published tokenizers have: %s', (pattern) => {
    expect(() => checkPattern(pattern, 'x')).not.toThrow()
  })

  it.each([
    '(a|a)*b',
    '(a*)*',
    '(?:a|ab)+',
    '(?<x>a?)+',
    '((a+)b?)+',
    'a+a+a+b',
    '(?:a{1,30}){1,30}b',
    '(a)\\1',
  ])('refuses %s', (pattern) => {
    expect(() => checkPattern(pattern, 'x')).toThrow('x: the pattern ')
  })
})
