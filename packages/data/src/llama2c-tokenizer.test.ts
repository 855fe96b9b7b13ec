import { describe, expect, it } from 'vitest'
import { llama2cTokenizerJson } from './llama2c-tokenizer.js'
import { Tokenizer } from './tokenizer.js'

/** A file with the special tokens, the bytes, and these pieces, each merged before the next. */
function fileOf(...texts: string[]): Uint8Array {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  )
  const pieces = ['<unk>', '\n<s>\n', '\n</s>\n', ...bytes, ...texts].map((text) =>
    new TextEncoder().encode(text),
  )
  const file = new Uint8Array(4 + pieces.reduce((total, { length }) => total + 8 + length, 0))
  const view = new DataView(file.buffer)
  view.setInt32(0, 9, true)
  let at = 4
  for (const [id, piece] of pieces.entries()) {
    view.setFloat32(at, id < 259 ? 0 : 259 - id, true)
    view.setInt32(at + 4, piece.length, true)
    file.set(piece, at + 8)
    at += 8 + piece.length
  }
  return file
}

const file = fileOf(' t', 'he', ' the', ' ', 't', 'h', 'e')

describe('a tokenizer of llama2.c', () => {
  const tokenizer = new Tokenizer(llama2cTokenizerJson(file, 'tok.bin'))

  it('merges what makes a piece, the best first, after a blank and the beginning token', () => {
    expect([...tokenizer.encodeForModel('the the').ids]).toEqual([1, 261, 261])
    expect([...tokenizer.encode('het')]).toEqual([262, 260, 263])
  })

  it('spells what is no piece in bytes, and reads it back', () => {
    expect([...tokenizer.encode('tñ')]).toEqual([259, 3 + 0xc3, 3 + 0xb1])
    expect(tokenizer.decode(tokenizer.encode('the ñ'))).toBe('the ñ')
  })

  it('says of a file that is cut off, or another one, where it ends', () => {
    expect(() => llama2cTokenizerJson(file.subarray(0, file.length - 1), 'tok.bin')).toThrow(
      'tok.bin: ends within piece 265; it is cut off, or no tokenizer of llama2.c',
    )
    expect(() => llama2cTokenizerJson(new Uint8Array(4), 'tok.bin')).toThrow('expected at least 259 pieces')
    expect(() => llama2cTokenizerJson(fileOf('t', 't'), 'tok.bin')).toThrow(
      'tok.bin: has the piece "t" twice',
    )
  })
})
