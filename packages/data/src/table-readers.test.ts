import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readExamples, type TableLayout, tableLayouts } from './table-readers.js'

const {
  sst2,
  cola,
  mrpc,
  stsb,
  pairs,
  'sms-spam': smsSpam,
  tsv,
  csv,
  jsonl,
} = tableLayouts satisfies { [name: string]: TableLayout }

const stsbHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore'

describe('readExamples', () => {
  it.each([
    {
      layout: sst2,
      text: 'sentence\tlabel\na "fine" film \t1\ndull\t0\n',
      examples: [
        { text: 'a "fine" film ', label: 1 },
        { text: 'dull', label: 0 },
      ],
      labels: ['0', '1'],
    },
    {
      layout: cola,
      text: 'gj04\t1\t\tShe sang.\ngj04\t0\t*\tSang she.\n',
      examples: [
        { text: 'She sang.', label: 1 },
        { text: 'Sang she.', label: 0 },
      ],
      labels: ['0', '1'],
    },
    {
      layout: mrpc,
      text: '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\tHe left.\tHe went.\r\n',
      examples: [{ text: 'He left.', textPair: 'He went.', label: 1 }],
      labels: ['0', '1'],
    },
    {
      layout: stsb,
      text: `${stsbHeader}\n0\tg\tf\t2014\t1\tnone\tnone\tA cat.\tA dog.\t1.25\n`,
      examples: [{ text: 'A cat.', textPair: 'A dog.', label: 1.25 }],
      labels: [],
    },
    {
      layout: pairs,
      text: 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tneutral\n1\tc\td\tentailment\n',
      examples: [
        { text: 'a', textPair: 'b', label: 1 },
        { text: 'c', textPair: 'd', label: 0 },
      ],
      labels: ['entailment', 'neutral'],
    },
    {
      layout: smsSpam,
      text: 'spam\tWIN &lt;#&gt;\nham\tok "lar"',
      examples: [
        { text: 'WIN &lt;#&gt;', label: 1 },
        { text: 'ok "lar"', label: 0 },
      ],
      labels: ['ham', 'spam'],
    },
    {
      layout: tsv,
      text: 'label\ttext\nb\tx\na\ty',
      examples: [
        { text: 'x', label: 1 },
        { text: 'y', label: 0 },
      ],
      labels: ['a', 'b'],
    },
    {
      layout: csv,
      text: 'text,category\r\n" Is it, \nhere? ", lost_card\r\nWhy?,fees\r\n',
      examples: [
        { text: 'Is it, \nhere?', label: 1 },
        { text: 'Why?', label: 0 },
      ],
      labels: ['fees', 'lost_card'],
    },
    {
      layout: jsonl,
      text: '{"text": "x", "label": 10}\n{"label": "9", "text": "y"}',
      examples: [
        { text: 'x', label: 0 },
        { text: 'y', label: 1 },
      ],
      labels: ['10', '9'],
    },
  ])('reads the layout $layout.name', ({ layout, text, examples, labels }) => {
    expect(readExamples(layout, text, 'train')).toEqual({ examples, labels })
  })

  it('gives the development file the label indices of the training file', () => {
    const { labels } = readExamples(tsv, 'text\tlabel\nx\tb\ny\ta\nz\tc', 'train.tsv')
    expect(readExamples(tsv, 'text\tlabel\nx\tc', 'dev.tsv', labels)).toEqual({
      examples: [{ text: 'x', label: 2 }],
      labels: ['a', 'b', 'c'],
    })
  })

  it.each<[string, TableLayout, string, string]>([
    [
      'label out of range',
      sst2,
      'sentence\tlabel\na\t1\nb\t2',
      'line 3: expected the label "0" or "1", got "2"',
    ],
    [
      'score that is no number',
      stsb,
      `${stsbHeader}\n${'a\t'.repeat(9)}good`,
      'line 2: expected a score from 0 to 5, got "good"',
    ],
    [
      'score above 5',
      stsb,
      `${stsbHeader}\n${'a\t'.repeat(9)}5.1`,
      'line 2: expected a score from 0 to 5, got "5.1"',
    ],
    [
      'blank score',
      stsb,
      `${stsbHeader}\n${'a\t'.repeat(9)} `,
      'line 2: expected a score from 0 to 5, got " "',
    ],
    [
      'missing column',
      sst2,
      'text\tlabel\na\t1',
      'line 1: expected a column "sentence", found "text" and "label"',
    ],
    [
      'missing label column',
      csv,
      'text,intent\na,b',
      'line 1: expected a column "label" or "category", found "text" and "intent"',
    ],
    ['column twice', tsv, 'text\tlabel\ttext\na\tb\tc', 'line 1: the header has the column "text" twice'],
    ['row that is too short', cola, 'a\t1\t\tb\na\t1\tb', 'line 2: expected 4 columns, got 3'],
    ['row that is too long', smsSpam, 'ham\ta\tb', 'line 1: expected 2 columns, got 3'],
    ['blank line in between', tsv, 'text\tlabel\n\na\tb', 'line 2: expected 2 columns, got 1'],
    [
      'JSON text that is no string',
      jsonl,
      '{"text": ["a"], "label": 1}',
      'line 1: expected a string as "text", got an array',
    ],
    [
      'JSON label left out',
      jsonl,
      '{"text": "a"}',
      'line 1: expected a string or a number as "label", got nothing',
    ],
  ])('names file and line of a %s', (_, layout, text, message) => {
    expect(() => readExamples(layout, text, 'dev')).toThrow(`dev, ${message}`)
  })

  it('names the labels of the training file when another has one more, but not 77 of them', () => {
    const read = (labels: readonly string[]) => readExamples(tsv, 'text\tlabel\nx\tz', 'dev.tsv', labels)
    expect(() => read(['a', 'b', 'c'])).toThrow(
      'dev.tsv, line 2: expected the label "a", "b" or "c", got "z"',
    )
    expect(() => read(Array.from({ length: 77 }, (_, i) => `l${i}`))).toThrow('"l7" … (77 in all), got "z"')
  })

  it('refuses a header without rows, and a training file with a single class', () => {
    expect(() => readExamples(tsv, 'text\tlabel\n', 'train.tsv')).toThrow(
      'train.tsv: the file has a header and no rows',
    )
    expect(() => readExamples(tsv, 'text\tlabel\na\tb\nc\tb', 'train.tsv')).toThrow(
      'train.tsv: expected at least two different labels, got only "b"',
    )
  })

  it('takes columns named like object members as ordinary names', () => {
    const text = '__proto__\ttext\tlabel\nx\ta\tconstructor\nx\tb\t__proto__'
    expect(readExamples(tsv, text, 'train.tsv').labels).toEqual(['__proto__', 'constructor'])
    expect(() => readExamples(tsv, text.replace('label', 'toString'), 'train.tsv')).toThrow(
      'expected a column "label"',
    )
  })
})

it('names every layout by its key', () => {
  expect(Object.values(tableLayouts).map((layout) => layout.name)).toEqual(Object.keys(tableLayouts))
})

it('has every layout described in the README as it is here', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  for (const { name, doc, metrics } of Object.values(tableLayouts)) {
    expect(readme).toContain(`| \`${name}\` | ${doc} | ${metrics.join(', ')} |`)
  }
})
