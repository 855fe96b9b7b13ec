import { describe, expect, it } from 'vitest'
import { formatNumber, renderMarkdownTable, renderTable } from './table.js'

const columns = [{ title: 'method' }, { title: 'parameters' }, { title: 'loss', digits: 2 }]
const rows = [
  ['full', 1234567, 1.5],
  ['base', undefined, 12.345],
]

describe('a table', () => {
  it('is aligned, with numbers at the right', () => {
    expect(renderTable(columns, rows)).toBe(
      [
        'method  parameters   loss',
        '──────  ──────────  ─────',
        'full     1,234,567   1.50',
        'base             –  12.35',
      ].join('\n'),
    )
  })

  it('is the same in Markdown', () => {
    expect(renderMarkdownTable(columns, rows)).toBe(
      [
        '| method | parameters |  loss |',
        '| ------ | ---------: | ----: |',
        '| full   |  1,234,567 |  1.50 |',
        '| base   |          – | 12.35 |',
      ].join('\n'),
    )
  })

  it('aligns a column with a text in it at the left', () => {
    const text = renderTable([{ title: 'loss' }], [[1234], ['diverged']])
    expect(text.split('\n')).toEqual(['loss', '────────', '1,234', 'diverged'])
  })

  it('counts letters outside the basic plane as one', () => {
    const [, , first, second] = renderTable(
      [{ title: 'a' }, { title: 'b' }],
      [
        ['𝛥W', 1],
        ['xy', 2],
      ],
    ).split('\n')
    expect([...first!].length).toBe(second!.length)
  })

  it('keeps line breaks and control characters out of its lines', () => {
    const text = renderTable([{ title: 'text' }], [['a\n\tb'], ['\u001b[2Jgone']])
    expect(text.split('\n').slice(2)).toEqual(['a b', '\uFFFD[2Jgone'])
  })

  it('shows markup in Markdown as it is', () => {
    const text = renderMarkdownTable([{ title: 'text' }], [['a|b <img src=x> [c](d) `e` \\']])
    expect(text.split('\n').at(-1)).toBe('| a\\|b \\<img src=x\\> \\[c\\](d) \\`e\\` \\\\ |')
  })

  it('rejects a row with another number of cells', () => {
    expect(() => renderTable(columns, [['full', 1]])).toThrow(
      'renderTable: row 0 has 2 cells; expected one for each of 3 columns',
    )
  })

  it('may have no rows', () => {
    expect(renderTable([{ title: 'a' }], [])).toBe('a\n─')
  })
})

it('a number is written with separators and the decimals that were asked for', () => {
  expect([formatNumber(1234567), formatNumber(-1234.56, 1), formatNumber(0)]).toEqual([
    '1,234,567',
    '-1,234.6',
    '0',
  ])
})
