import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  decodeMobyDick,
  decodeSpeeches,
  holdOutLastTenth,
  mobyDickText,
  type Speech,
  speechesText,
} from './corpora.js'
import { eraLabels, eraPieces, pieceLength } from './era.js'
import { majorityClass } from './naive-bayes.js'
import { loadMobyDick, loadSpeeches } from './node.js'

describe('the built-in speeches', () => {
  it('are 233 addresses from 1790 to 2021 with president and party, oldest first', async () => {
    const speeches = await loadSpeeches()
    expect(speeches).toHaveLength(233)
    const years = speeches.map(({ year }) => year)
    expect(years).toEqual(years.toSorted((a, b) => a - b))
    expect([years[0], years.at(-1)]).toEqual([1790, 2021])
    expect(speeches[0]!.name).toBe('George Washington')
    expect(speeches.filter(({ party }) => party === 'Republican')).toHaveLength(92)
    for (const { text } of speeches) expect(text.length).toBeGreaterThan(1000)
    expect(speechesText(speeches).split('\n\n')).toHaveLength(233)
  })
})

describe('the built-in Moby-Dick', () => {
  it('has 139 parts from the contents to the epilogue, and its text has no table of contents', async () => {
    const parts = await loadMobyDick()
    expect(parts).toHaveLength(139)
    expect([parts[0]!.chapter, parts.at(-1)!.chapter]).toEqual(['Contents', 'Epilogue'])
    const text = mobyDickText(parts)
    expect(text).toContain('Call me Ishmael.')
    expect(text).not.toContain(parts[0]!.text)
    expect(text.startsWith('ETYMOLOGY.')).toBe(true)
    expect(text.endsWith(parts.at(-1)!.text)).toBe(true)
  })
})

it('refuses bytes that are no gzip, are cut short, or hold other lines', async () => {
  await expect(decodeSpeeches(new Uint8Array([1, 2, 3]))).rejects.toThrow(
    'speeches.jsonl.gz: cannot be unpacked',
  )
  const other = gzipSync('{"text": "other"}\n')
  await expect(decodeMobyDick(other.subarray(0, -4))).rejects.toThrow(
    'moby-dick.jsonl.gz: cannot be unpacked',
  )
  await expect(decodeMobyDick(other)).rejects.toThrow('moby-dick.jsonl.gz: expected 139 records with SHA-256')
})

describe('holdOutLastTenth', () => {
  it('cuts between words, so that both parts together are the text', () => {
    const text = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ')
    const { train, heldOut } = holdOutLastTenth(text)
    expect(`${train} ${heldOut}`).toBe(text)
    expect(heldOut).toBe('word37 word38 word39')
  })

  it('holds out a tenth of the novel, and none of it is trained on', async () => {
    const text = mobyDickText(await loadMobyDick())
    const { train, heldOut } = holdOutLastTenth(text)
    expect(heldOut.length / text.length).toBeCloseTo(0.1, 3)
    expect(text.startsWith(train)).toBe(true)
    expect(text.endsWith(heldOut)).toBe(true)
    expect(train).not.toContain('Epilogue')
  })

  it('holds out nothing of a text without blanks at its end', () => {
    expect(holdOutLastTenth('unbroken')).toEqual({ train: 'unbroken', heldOut: '' })
  })
})

describe('eraPieces', () => {
  const speech = (year: number, text: string): Speech => ({ year, name: '', party: '', text })

  it('gives 29591 pieces to train on and 7691 held out, of which the largest class is 43.5 %', async () => {
    const { train, heldOut } = eraPieces(await loadSpeeches())
    expect([train.length, heldOut.length]).toEqual([29591, 7691])
    const majority = majorityClass(train)
    expect(heldOut.filter(({ label }) => label === majority).length / heldOut.length).toBeCloseTo(0.435, 3)
    expect(train.filter(({ year }) => year % 5 === 0)).toEqual([])
    expect(heldOut.filter(({ year }) => year % 5 !== 0)).toEqual([])
    for (const { text } of heldOut) expect(text.split(' ')).toHaveLength(pieceLength)
  })

  it('leaves out the words that fill no piece', () => {
    const words = Array.from({ length: 2 * pieceLength + 5 }, (_, i) => `w${i}`)
    const { train } = eraPieces([speech(1801, `  ${words.join(' \n')}  `)])
    expect(train.map(({ text }) => text)).toEqual([
      words.slice(0, pieceLength).join(' '),
      words.slice(pieceLength, 2 * pieceLength).join(' '),
    ])
  })

  it.each([
    [1849, 'before 1850'],
    [1851, '1850-1909'],
    [1909, '1850-1909'],
    [1911, '1910-1964'],
    [1964, '1910-1964'],
    [1966, '1965-2021'],
  ])('takes %i as %s', (year, era) => {
    const { train } = eraPieces([speech(year, 'word '.repeat(pieceLength))])
    expect(train.map(({ label }) => eraLabels[label])).toEqual([era])
  })
})
