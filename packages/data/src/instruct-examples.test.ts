import { describe, expect, it } from 'vitest'
import { readPrompts } from './instruct-examples.js'
import { tableTasks, withColumns } from './table-tasks.js'

const { instruct } = tableTasks
const json = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
const source = { source: 'train.jsonl', format: 'jsonl' } as const

describe('readPrompts', () => {
  it('takes prompts and answers under their usual names, or under those that are given', () => {
    expect(readPrompts(instruct, json({ question: 'a', answer: 'b' }), source)).toEqual([
      { prompt: 'a', completion: 'b' },
    ])
    const csv = '"mr","ref"\n"name[The Eagle], area[city centre]","The Eagle is ""there""."\n'
    expect(readPrompts(instruct, csv, { source: 'train.csv', format: 'csv' })).toEqual([
      { prompt: 'name[The Eagle], area[city centre]', completion: 'The Eagle is "there".' },
    ])
    const named = withColumns(instruct, { prompt: 'q', completion: 'a' })
    expect(readPrompts(named, json({ prompt: 'x', q: 'a', a: 'b' }), source)).toEqual([
      { prompt: 'a', completion: 'b' },
    ])
  })

  it('takes every instance of an instruction', () => {
    const instances = [
      { input: '', output: 'b' },
      { input: 'c', output: 'd' },
    ]
    expect(readPrompts(instruct, json({ instruction: 'a', instances }), source)).toEqual([
      { prompt: 'a', completion: 'b' },
      { prompt: 'a\nc', completion: 'd' },
    ])
  })

  it.each([
    [
      json({ prompt: 'a', completion: 7 }),
      'train.jsonl, line 1: expected a string as "completion", got a number',
    ],
    [
      json({ prompt: 'a', completion: 'b' }, { prompt: 'a' }),
      'train.jsonl, line 2: expected a string as "completion"',
    ],
    [
      json({ instruction: 'a', instances: [{ input: 1 }] }),
      'line 1: expected "instances" to be a list of { input, output }',
    ],
  ])('names the line of what it cannot use: %s', (text, problem) => {
    expect(() => readPrompts(instruct, text, source)).toThrow(problem)
  })
})
