import { describe, expect, it } from 'vitest'
import { ContinuedText } from './continued-text.js'

const words = ['▁The', '▁sea', '▁is', '▁deep', '.', '\n']
const bytes = [0xc3, 0xa9]

/** Joins words, strips one leading blank as SentencePiece's decoders do, and puts bytes together into characters. */
const tokenizer = {
  decode: (ids: ArrayLike<number>): string =>
    Array.from(ids)
      .map((id) => (id < 100 ? words[id]! : String.fromCharCode(bytes[id - 100]!)))
      .join('')
      .replaceAll('▁', ' ')
      .replaceAll('\u00c3\u00a9', 'é')
      .replaceAll('\u00c3', '\uFFFD')
      .replace(/^ /, ''),
}

const continued = (added: readonly number[], ...stops: readonly string[]): ContinuedText => {
  const text = new ContinuedText(tokenizer, [0], stops)
  text.update(added)
  return text
}

describe('ContinuedText', () => {
  it('keeps the blank before the first new word', () => {
    expect(continued([1, 2]).text).toBe(' sea is')
  })

  it('holds back a character that has not come whole', () => {
    expect(continued([1, 100]).settled).toBe(' sea')
    expect(continued([1, 100, 101]).settled).toBe(' seaé')
  })

  it('ends before the first of the stop texts', () => {
    const text = continued([1, 2, 3, 4, 5], 'deep', '.\n', 'is')
    expect([text.stopped, text.text, text.settled]).toEqual([true, ' sea ', ' sea '])
  })

  it('holds back what may become a stop text, and gives it when it has not', () => {
    const waiting = continued([1, 4], '.\n')
    expect([waiting.stopped, waiting.text, waiting.settled]).toEqual([false, ' sea.', ' sea'])
    expect(continued([1, 4, 3], '.\n').settled).toBe(' sea. deep')
  })
})
