import { describe, expect, it } from 'vitest'
import { DataError } from './data-error.js'
import { readCsv, readJsonLines, readTsv } from './delimited.js'

describe('readTsv', () => {
  it('takes a quote as a literal character', () => {
    expect(readTsv('"a\tb"\n"\t""\n', 'x.tsv')).toEqual([
      { line: 1, fields: ['"a', 'b"'] },
      { line: 2, fields: ['"', '""'] },
    ])
  })

  it('tolerates a byte-order mark, carriage returns before line feeds and blank lines at the end', () => {
    expect(readTsv('\uFEFFa\tb\r\nc\td\r\n\r\n', 'x.tsv')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['c', 'd'] },
    ])
  })

  it('keeps empty fields and blank lines in between, so that line numbers stay true', () => {
    expect(readTsv('a\t\n\nb\tc', 'x.tsv')).toEqual([
      { line: 1, fields: ['a', ''] },
      { line: 2, fields: [''] },
      { line: 3, fields: ['b', 'c'] },
    ])
  })
})

describe('readCsv', () => {
  it('reads quoted commas, doubled quotes and line breaks, and counts lines through them', () => {
    expect(readCsv('a,"b, ""c"""\n"two\r\nlines",d\n"",e\n', 'x.csv')).toEqual([
      { line: 1, fields: ['a', 'b, "c"'] },
      { line: 2, fields: ['two\r\nlines', 'd'] },
      { line: 4, fields: ['', 'e'] },
    ])
  })

  it('keeps an empty field at the end of a line and at the end of the file', () => {
    expect(readCsv('a,\r\n,', 'x.csv').map((row) => row.fields)).toEqual([
      ['a', ''],
      ['', ''],
    ])
  })

  it('takes a quote inside an unquoted field, and a lone carriage return, literally', () => {
    expect(readCsv('5" nail,a\rb', 'x.csv')).toEqual([{ line: 1, fields: ['5" nail', 'a\rb'] }])
  })

  it('strips a byte-order mark before a quote', () => {
    expect(readCsv('\uFEFF"a",b', 'x.csv')).toEqual([{ line: 1, fields: ['a', 'b'] }])
  })

  it('names the line of a quote that is never closed', () => {
    expect(() => readCsv('a,b\nc,"d\n"",e\n', 'x.csv')).toThrow(
      'x.csv, line 2: a quote is opened and never closed',
    )
  })

  it('names the line of a character after a closing quote, counting the lines inside the quotes', () => {
    expect(() => readCsv('a\n"b\nc"d', 'x.csv')).toThrow(
      'x.csv, line 3: expected a comma after a closing quote, got "d"',
    )
  })

  it('reads a million quotes in a row without delay', () => {
    expect(readCsv('"'.repeat(1_000_000), 'x.csv')[0]!.fields[0]).toHaveLength(499_999)
  })
})

describe('readJsonLines', () => {
  it('reads one object per line', () => {
    expect(readJsonLines('{"a": 1}\r\n{"b": "\\n"}\n\n', 'x.jsonl')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 2, value: { b: '\n' } },
    ])
  })

  it.each([
    ['{"a": 1', '"{\\"a\\": 1"'],
    ['[1]', '"[1]"'],
    ['null', '"null"'],
    ['', 'a blank line'],
  ])('names the line that is %j and not an object', (content, got) => {
    expect(() => readJsonLines(`{}\n${content}\n{}`, 'x.jsonl')).toThrow(
      `x.jsonl, line 2: expected a JSON object, got ${got}`,
    )
  })

  it('quotes no more than the beginning of a long line', () => {
    expect(() => readJsonLines('x'.repeat(1000), 'x.jsonl')).toThrow(`got "${'x'.repeat(40)}…"`)
  })

  it('leaves prototypes alone', () => {
    const [row] = readJsonLines('{"__proto__": {"text": "polluted"}}', 'x.jsonl')
    expect(row!.value.text).toBeUndefined()
    expect(({} as { text?: string }).text).toBeUndefined()
  })
})

it.each([
  ['readTsv', readTsv],
  ['readCsv', readCsv],
  ['readJsonLines', readJsonLines],
] as const)('%s calls a file without content empty, and marks the error as expected', (_, read) => {
  for (const text of ['', '\n\r\n', '\uFEFF\n']) {
    expect(() => read(text, 'dev.tsv')).toThrow(new DataError('dev.tsv: the file is empty'))
  }
  expect(Symbol.for('gyre.error') in new DataError('')).toBe(true)
})
