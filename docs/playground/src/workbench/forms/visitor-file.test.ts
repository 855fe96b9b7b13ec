import { DataError } from '@gyre/data'
import { describe, expect, it } from 'vitest'
import { countClasses, outlineTable, readVisitorFile, seemsToHaveHeader } from './visitor-file.js'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const expected = 'expected a text (.txt) or a table (.tsv, .csv or .jsonl) in UTF-8'

describe('readVisitorFile', () => {
  it('takes a text, and tables by their ending', () => {
    expect(readVisitorFile('Ahab.TXT', bytesOf('Call me Ishmael.'))).toEqual({
      kind: 'text',
      fileName: 'Ahab.TXT',
      text: 'Call me Ishmael.',
    })
    for (const [name, text] of [
      ['a.tsv', 'text\tlabel\nyes\t1\n'],
      ['a.csv', 'text,label\n"a, b",1\n'],
      ['a.jsonl', '{"text": "yes", "label": 1}\n'],
    ] as const) {
      expect(readVisitorFile(name, bytesOf(text))).toEqual({ kind: 'table', fileName: name, text })
    }
  })

  it.each([
    ['whale.png', bytesOf('x'), `whale.png: ${expected}, got a file that ends with .png`],
    ['README', bytesOf('x'), `README: ${expected}, got a file without an ending`],
    ['empty.txt', bytesOf(''), `empty.txt: ${expected}, got an empty file`],
    ['blank.csv', bytesOf('\n \n'), `blank.csv: ${expected}, got nothing but blanks`],
    ['photo.txt', Uint8Array.of(80, 75, 3, 4, 0, 0), `photo.txt: ${expected}, got binary data`],
    ['notepad.txt', Uint8Array.of(0xff, 0xfe, 65, 0), `notepad.txt: ${expected}, got UTF-16`],
    [
      'latin.txt',
      Uint8Array.of(65, 10, 0xe9, 65),
      'latin.txt, line 2: expected UTF-8, got bytes that are not',
    ],
    ['ragged.tsv', bytesOf('a\tb\nc\n'), 'ragged.tsv, line 2: expected 2 columns, got 1'],
    ['open.csv', bytesOf('a,b\n"c,d\n'), 'open.csv, line 2: a quote is opened and never closed'],
    ['list.jsonl', bytesOf('[1]\n'), 'list.jsonl, line 1: expected a JSON object, got "[1]"'],
    ['large.txt', new Uint8Array(30_000_000), 'large.txt: expected at most 20 MB, got 30.0 MB'],
  ])('says of %s what was expected and what came', (name, bytes, sentence) => {
    expect(() => readVisitorFile(name, bytes)).toThrow(new DataError(sentence))
  })
})

describe('a table', () => {
  const reviews =
    'id,verdict,review\n1,good,"A fine, long book"\n2,bad,Too long by half\n3,good,A whale of a time\n'

  it('is outlined with its columns, first rows and what they seem to hold', () => {
    expect(outlineTable('reviews.csv', reviews, true)).toEqual({
      columns: ['id', 'verdict', 'review'],
      rowCount: 3,
      firstRows: [
        ['1', 'good', 'A fine, long book'],
        ['2', 'bad', 'Too long by half'],
        ['3', 'good', 'A whale of a time'],
      ],
      guess: { text: 'review', label: 'verdict' },
    })
  })

  it('takes the names that tasks know where there are such', () => {
    const { guess } = outlineTable(
      'a.jsonl',
      '{"label": 3, "sentence": "No", "source": "a long, long text"}',
      true,
    )
    expect(guess).toEqual({ text: 'sentence', label: 'label' })
  })

  it('has columns by their positions where it has no header', () => {
    const messages = 'ham\tGo until jurong point, crazy\nspam\tFree entry in a weekly competition\n'
    expect(seemsToHaveHeader('sms.tsv', messages)).toBe(false)
    expect(seemsToHaveHeader('reviews.csv', reviews)).toBe(true)
    expect(outlineTable('sms.tsv', messages, false)).toMatchObject({
      columns: ['1', '2'],
      rowCount: 2,
      guess: { text: '2', label: '1' },
    })
    expect(countClasses('sms.tsv', messages, { text: '2', label: '1' })).toEqual([
      { label: 'ham', count: 1 },
      { label: 'spam', count: 1 },
    ])
  })

  it('is read as a training reads it, down to the line of what cannot be a class', () => {
    expect(countClasses('reviews.csv', reviews, { text: 'review', label: 'verdict' })).toEqual([
      { label: 'bad', count: 1 },
      { label: 'good', count: 2 },
    ])
    expect(() => countClasses('a.jsonl', '{"t": "yes", "l": [1]}\n', { text: 't', label: 'l' })).toThrow(
      'a.jsonl, line 1: expected a string or a number as "l", got an array',
    )
    const rows = Array.from({ length: 101 }, (_, index) => `${index}\ttext`)
    expect(() => countClasses('a.tsv', rows.join('\n'), { text: '2', label: '1' })).toThrow(
      'a.tsv: expected at most 100 classes, got 101 different values in the column "1"',
    )
  })
})
