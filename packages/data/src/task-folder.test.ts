import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableTasks } from './table-tasks.js'
import { readPromptFolder, readTaskFolder } from './task-folder.js'

const { classify, gsm8k, mnli } = tableTasks

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gyre-task-'))
})
afterAll(() => rm(root, { recursive: true }))

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

const rows = (count: number): string =>
  `text\tlabel\n${Array.from({ length: count }, (_, i) => `text ${i + 1}\t${i % 2 ? 'odd' : 'even'}\n`).join('')}`

describe('readTaskFolder', () => {
  it('reads the training and the development file of a folder with the same labels', async () => {
    await write('both/train.csv', 'text,label\na,x\nb,y\nc,z\n')
    await write('both/dev.csv', 'text,label\nd,z\n')
    expect(await readTaskFolder(join(root, 'both'), classify)).toEqual({
      train: [
        { text: 'a', label: 0 },
        { text: 'b', label: 1 },
        { text: 'c', label: 2 },
      ],
      dev: [{ text: 'd', label: 2 }],
      labels: ['x', 'y', 'z'],
    })
  })

  it('holds out every tenth row of a single file, given as a file or as a folder with nothing else', async () => {
    const file = await write('single/train.tsv', rows(25))
    const { train, dev, labels } = await readTaskFolder(file, classify)
    expect(dev.map(({ text }) => text)).toEqual(['text 10', 'text 20'])
    expect(train).toHaveLength(23)
    expect(train.map(({ text }) => text)).not.toContain('text 10')
    expect(labels).toEqual(['even', 'odd'])
    expect(await readTaskFolder(join(root, 'single'), classify)).toEqual({ train, dev, labels })
  })

  it('says what a folder holds where the training file is missing', async () => {
    await write('wrong/test.tsv', rows(1))
    await write('wrong/dev.tsv', rows(1))
    await expect(readTaskFolder(join(root, 'wrong'), classify)).rejects.toThrow(
      `${join(root, 'wrong')}: expected a file train.tsv or train.csv or train.jsonl, found dev.tsv, test.tsv`,
    )
  })

  it('finds files whose names say more, and refuses to choose between two', async () => {
    const row = (answer: string): string => `{"question": "How many?", "answer": "${answer}"}\n`
    await write('gsm8k/train-2.jsonl', row('1+1=<<1+1=2>>2\\n#### 2') + row('#### 3'))
    await write('gsm8k/dev-1.jsonl', row('#### 4'))
    expect(await readPromptFolder(join(root, 'gsm8k'), gsm8k)).toEqual({
      train: [
        { prompt: 'How many?', completion: '1+1=2\n#### 2' },
        { prompt: 'How many?', completion: '#### 3' },
      ],
      dev: [{ prompt: 'How many?', completion: '#### 4' }],
    })
    await write('gsm8k/dev-2.jsonl', row('5'))
    await expect(readPromptFolder(join(root, 'gsm8k'), gsm8k)).rejects.toThrow(
      `${join(root, 'gsm8k')}: expected one dev file, found dev-1.jsonl and dev-2.jsonl`,
    )

    const header = 'sentence1\tsentence2\tgold_label\n'
    await write('mnli/train.tsv', `${header}a\tb\tneutral\n`)
    for (const name of ['matched', 'mismatched'])
      await write(`mnli/dev_${name}.tsv`, `${header}${name}\tb\tneutral\n`)
    expect((await readTaskFolder(join(root, 'mnli'), mnli)).dev).toEqual([
      { text: 'matched', textPair: 'b', label: 1 },
    ])
  })

  it('asks for a name whose ending says the format', async () => {
    const file = await write('table.txt', rows(20))
    await expect(readTaskFolder(file, classify)).rejects.toThrow(
      `${file}: classify takes files that end with .tsv or .csv or .jsonl`,
    )
  })

  it('names a path that does not exist', async () => {
    const path = join(root, 'nowhere')
    await expect(readTaskFolder(path, classify)).rejects.toThrow(`${path}: there is no such file or folder`)
  })

  it('refuses to hold out a tenth of fewer than ten rows', async () => {
    const file = await write('few.tsv', rows(9))
    await expect(readTaskFolder(file, classify)).rejects.toThrow('expected at least 10 rows')
  })

  it('names the file and the line of bytes that are not UTF-8', async () => {
    const latin1 = Buffer.from('text\tlabel\nfine\ta\ncaf\xE9\tb\nalso fine\ta\n', 'latin1')
    const file = await write('latin1.tsv', latin1)
    await expect(readTaskFolder(file, classify)).rejects.toThrow(`${file}, line 3: expected UTF-8`)
    const cutOff = await write('cut-off.tsv', Buffer.from('text\tlabel\né', 'utf8').subarray(0, -1))
    await expect(readTaskFolder(cutOff, classify)).rejects.toThrow(`${cutOff}, line 2: expected UTF-8`)
  })

  it('names the development file, not the training file, in errors about it', async () => {
    await write('dev-error/train.tsv', rows(4))
    const file = await write('dev-error/dev.tsv', 'text\tlabel\nx\tneither\n')
    await expect(readTaskFolder(join(root, 'dev-error'), classify)).rejects.toThrow(
      `${file}, line 2: expected the label "even" or "odd", got "neither"`,
    )
  })
})
