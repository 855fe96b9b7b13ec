import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readExamples, readUnlabelled } from './labelled-examples.js'
import type { TableFormat } from './table.js'
import { type ClassificationTask, type RegressionTask, tableTasks, withColumns } from './table-tasks.js'

const { sst2, cola, mrpc, stsb, pairs, qnli, mnli, regress, classify, 'sms-spam': smsSpam } = tableTasks
type ExampleTask = ClassificationTask | RegressionTask

const read = (
  task: ExampleTask,
  text: string,
  source = 'train',
  labels?: readonly string[],
  format: TableFormat = 'tsv',
) => readExamples(task, text, { source, format }, labels)

const stsbHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore'

describe('readExamples', () => {
  it.each<{
    layout: ExampleTask
    format?: TableFormat
    text: string
    examples: unknown
    labels: readonly string[]
  }>([
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
      layout: classify,
      text: 'label\ttext\nb\tx\na\ty',
      examples: [
        { text: 'x', label: 1 },
        { text: 'y', label: 0 },
      ],
      labels: ['a', 'b'],
    },
    {
      layout: classify,
      format: 'csv',
      text: 'text,category\r\n" Is it, \nhere? ", lost_card\r\nWhy?,fees\r\n',
      examples: [
        { text: 'Is it, \nhere?', label: 1 },
        { text: 'Why?', label: 0 },
      ],
      labels: ['fees', 'lost_card'],
    },
    {
      layout: classify,
      format: 'jsonl',
      text: '{"text": "x", "label": 10}\n{"label": "9", "text": "y"}',
      examples: [
        { text: 'x', label: 0 },
        { text: 'y', label: 1 },
      ],
      labels: ['10', '9'],
    },
    {
      layout: qnli,
      text: 'index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment',
      examples: [{ text: 'Who?', textPair: 'He.', label: 1 }],
      labels: ['entailment', 'not_entailment'],
    },
    {
      layout: mnli,
      text: 'index\tsentence1\tsentence2\tlabel1\tgold_label\n0\ta\tb\tneutral\tcontradiction',
      examples: [{ text: 'a', textPair: 'b', label: 2 }],
      labels: ['entailment', 'neutral', 'contradiction'],
    },
    {
      layout: withColumns<ClassificationTask>(classify, { text: 'q', pair: 'a', label: 'same' }),
      text: 'a\tsame\tq\nx\tyes\ty\nz\tno\tw',
      examples: [
        { text: 'y', textPair: 'x', label: 1 },
        { text: 'w', textPair: 'z', label: 0 },
      ],
      labels: ['no', 'yes'],
    },
    {
      layout: withColumns<RegressionTask>(regress, { text: '3', label: '1' }),
      text: '-1.5\tx\ta\n7\ty\tb',
      examples: [
        { text: 'a', label: -1.5 },
        { text: 'b', label: 7 },
      ],
      labels: [],
    },
  ])('reads the layout $layout.name', ({ layout, format, text, examples, labels }) => {
    expect(read(layout, text, 'train', undefined, format)).toEqual({ examples, labels })
  })

  it('gives the development file the label indices of the training file', () => {
    const { labels } = read(classify, 'text\tlabel\nx\tb\ny\ta\nz\tc', 'train.tsv')
    expect(read(classify, 'text\tlabel\nx\tc', 'dev.tsv', labels)).toEqual({
      examples: [{ text: 'x', label: 2 }],
      labels: ['a', 'b', 'c'],
    })
  })

  it.each<[string, ExampleTask, string, string, TableFormat?]>([
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
      classify,
      'text,intent\na,b',
      'line 1: expected a column "label" or "category", found "text" and "intent"',
      'csv',
    ],
    [
      'column twice',
      classify,
      'text\tlabel\ttext\na\tb\tc',
      'line 1: the header has the column "text" twice',
    ],
    ['row that is too short', cola, 'a\t1\t\tb\na\t1\tb', 'line 2: expected 4 columns, got 3'],
    ['row that is too long', smsSpam, 'ham\ta\tb', 'line 1: expected 2 columns, got 3'],
    ['blank line in between', classify, 'text\tlabel\n\na\tb', 'line 2: expected 2 columns, got 1'],
    [
      'JSON text that is no string',
      classify,
      '{"text": ["a"], "label": 1}',
      'line 1: expected a string as "text", got an array',
      'jsonl',
    ],
    [
      'JSON label left out',
      classify,
      '{"text": "a"}',
      'line 1: expected a string or a number as "label", got nothing',
      'jsonl',
    ],
  ])('names file and line of a %s', (_, layout, text, message, format) => {
    expect(() => read(layout, text, 'dev', undefined, format)).toThrow(`dev, ${message}`)
  })

  it('names the labels of the training file when another has one more, but not 77 of them', () => {
    const withLabels = (labels: readonly string[]) => read(classify, 'text\tlabel\nx\tz', 'dev.tsv', labels)
    expect(() => withLabels(['a', 'b', 'c'])).toThrow(
      'dev.tsv, line 2: expected the label "a", "b" or "c", got "z"',
    )
    expect(() => withLabels(Array.from({ length: 77 }, (_, i) => `l${i}`))).toThrow(
      '"l7" … (77 in all), got "z"',
    )
  })

  it('refuses a header without rows, and a training file with a single class', () => {
    expect(() => read(classify, 'text\tlabel\n', 'train.tsv')).toThrow(
      'train.tsv: the file has a header and no rows',
    )
    expect(() => read(classify, 'text\tlabel\na\tb\nc\tb', 'train.tsv')).toThrow(
      'train.tsv: expected at least two different labels, got only "b"',
    )
  })

  it('takes columns named like object members as ordinary names', () => {
    const text = '__proto__\ttext\tlabel\nx\ta\tconstructor\nx\tb\t__proto__'
    expect(read(classify, text, 'train.tsv').labels).toEqual(['__proto__', 'constructor'])
    expect(() => read(classify, text.replace('label', 'toString'), 'train.tsv')).toThrow(
      'expected a column "label"',
    )
  })
})

describe('readUnlabelled', () => {
  const texts = (task: ExampleTask, text: string) =>
    readUnlabelled(task, text, { source: 'test.tsv', format: 'tsv' }).texts

  it("takes GLUE's test files: no label, and CoLA's with a header of its own", () => {
    expect(texts(sst2, 'index\tsentence\n0\tfine\n')).toEqual([{ text: 'fine' }])
    expect(texts(mrpc, 'index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\ta\tb\n')).toEqual([
      { text: 'a', textPair: 'b' },
    ])
    expect(texts(cola, 'index\tsentence\n0\tShe sang.\n')).toEqual([{ text: 'She sang.' }])
  })

  it('takes files with labels too, and a single column where there is no header', () => {
    expect(texts(cola, 'gj04\t1\t\tShe sang.\n')).toEqual([{ text: 'She sang.' }])
    expect(texts(smsSpam, 'ham\tok\n')).toEqual([{ text: 'ok' }])
    expect(texts(smsSpam, 'ok\nWIN\n')).toEqual([{ text: 'ok' }, { text: 'WIN' }])
  })

  it('names the line of a row with too few columns', () => {
    expect(() => texts(sst2, 'index\tsentence\n0\tfine\n1\n')).toThrow(
      'test.tsv, line 3: expected 2 columns, got 1',
    )
  })
})

it('names every task by its key', () => {
  expect(Object.values(tableTasks).map((task) => task.name)).toEqual(Object.keys(tableTasks))
})

it('has every task described in the documentation as it is here', async () => {
  const page = await readFile(new URL('../../../docs/tasks.md', import.meta.url), 'utf8')
  for (const task of Object.values(tableTasks)) {
    const measured = task.kind === 'instruct' ? 'loss per answer token' : task.metrics.join(', ')
    expect(page).toContain(`| \`${task.name}\` | ${task.doc} | ${measured} |`)
  }
})
