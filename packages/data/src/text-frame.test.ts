import { describe, expect, it } from 'vitest'
import { frameTexts, parseFrame } from './text-frame.js'

const [cls, sep] = [['[CLS]', 101] as const, ['[SEP]', 102] as const]
const a = Int32Array.of(1, 2, 3)
const b = Int32Array.of(4, 5)
const framed = (processor: unknown, first: Int32Array, second?: Int32Array, maxLength?: number) => {
  const { ids, tokenTypeIds } = frameTexts(parseFrame(processor, 'tokenizer.json'), first, second, maxLength)
  return [[...ids], [...tokenTypeIds]]
}

/** As the published LLaMA and BERT have it. */
const template = {
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [
    { SpecialToken: { id: '<s>', type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: '<s>', type_id: 1 } },
    { Sequence: { id: 'B', type_id: 1 } },
  ],
  special_tokens: { '<s>': { id: '<s>', ids: [9, 8], tokens: ['<s>', '<s2>'] } },
}

describe('a frame', () => {
  it('is that of the post-processor: BERT, RoBERTa, a template, a sequence of them, or none', () => {
    const bert = { type: 'BertProcessing', cls, sep }
    expect(framed(bert, a)).toEqual([
      [101, 1, 2, 3, 102],
      [0, 0, 0, 0, 0],
    ])
    expect(framed(bert, a, b)).toEqual([
      [101, 1, 2, 3, 102, 4, 5, 102],
      [0, 0, 0, 0, 0, 1, 1, 1],
    ])
    expect(framed({ ...bert, type: 'RobertaProcessing' }, a, b)).toEqual([
      [101, 1, 2, 3, 102, 102, 4, 5, 102],
      new Array(9).fill(0),
    ])
    expect(framed(template, b)).toEqual([
      [9, 8, 4, 5],
      [0, 0, 0, 0],
    ])
    const sequence = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] }
    expect(framed(sequence, a, b)).toEqual([
      [9, 8, 1, 2, 3, 9, 8, 4, 5],
      [0, 0, 0, 0, 0, 1, 1, 1, 1],
    ])
    expect(framed(null, a)).toEqual([[1, 2, 3], new Array(3).fill(0)])
  })

  it('leaves of two texts that are too long as much as of the longer one goes first', () => {
    const texts = [
      Int32Array.from({ length: 10 }, (_, i) => i),
      Int32Array.from({ length: 8 }, (_, i) => 20 + i),
    ]
    const kept = (maxLength: number, first = 0, second = 1): number[] => {
      const [ids] = framed(null, texts[first]!, texts[second]!, maxLength)
      const fromFirst = ids!.filter((id) => id < 20).length
      return [fromFirst, ids!.length - fromFirst]
    }
    expect(kept(17)).toEqual([9, 8])
    expect(kept(15)).toEqual([8, 7])
    expect(kept(5)).toEqual([3, 2])
    expect(kept(5, 1, 0)).toEqual([3, 2])
    expect(framed(null, a, b, 3)[0]).toEqual([1, 2, 4])
  })

  it.each([
    [{ type: 'Other' }, 'the post-processor "Other" is not known'],
    [{ type: 'BertProcessing', cls: '[CLS]', sep }, 'cls should be a token and its id, not "[CLS]"'],
    [{ ...template, special_tokens: {} }, 'the special token "<s>" should be an object'],
    [{ ...template, special_tokens: 5 }, 'special_tokens should be an object, not 5'],
    [{ ...template, single: [{ Sequence: { id: 'C', type_id: 0 } }] }, 'the texts A and B, not "C"'],
    [{ type: 'Sequence', processors: [template, template] }, 'two post-processors that add tokens'],
  ])('of another form is refused (%#)', (processor, problem) => {
    expect(() => parseFrame(processor, 'tokenizer.json')).toThrow(problem)
  })
})
