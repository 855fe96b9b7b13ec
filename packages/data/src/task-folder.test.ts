import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableLayouts } from './table-readers.js'
import { readTaskFolder } from './task-folder.js'

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
    expect(await readTaskFolder(join(root, 'both'), tableLayouts.csv)).toEqual({
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
    const { train, dev, labels } = await readTaskFolder(file, tableLayouts.tsv)
    expect(dev.map(({ text }) => text)).toEqual(['text 10', 'text 20'])
    expect(train).toHaveLength(23)
    expect(train.map(({ text }) => text)).not.toContain('text 10')
    expect(labels).toEqual(['even', 'odd'])
    expect(await readTaskFolder(join(root, 'single'), tableLayouts.tsv)).toEqual({ train, dev, labels })
  })

  it('says what a folder holds where the training file is missing', async () => {
    await write('wrong/test.tsv', rows(1))
    await write('wrong/dev.tsv', rows(1))
    await expect(readTaskFolder(join(root, 'wrong'), tableLayouts.tsv)).rejects.toThrow(
      `${join(root, 'wrong')}: expected a file train.tsv, found dev.tsv, test.tsv`,
    )
  })

  it('names a path that does not exist', async () => {
    const path = join(root, 'nowhere')
    await expect(readTaskFolder(path, tableLayouts.tsv)).rejects.toThrow(
      `${path}: there is no such file or folder`,
    )
  })

  it('refuses to hold out a tenth of fewer than ten rows', async () => {
    const file = await write('few.tsv', rows(9))
    await expect(readTaskFolder(file, tableLayouts.tsv)).rejects.toThrow('expected at least 10 rows')
  })

  it('names the file and the line of bytes that are not UTF-8', async () => {
    const latin1 = Buffer.from('text\tlabel\nfine\ta\ncaf\xE9\tb\nalso fine\ta\n', 'latin1')
    const file = await write('latin1.tsv', latin1)
    await expect(readTaskFolder(file, tableLayouts.tsv)).rejects.toThrow(`${file}, line 3: expected UTF-8`)
    const cutOff = await write('cut-off.tsv', Buffer.from('text\tlabel\né', 'utf8').subarray(0, -1))
    await expect(readTaskFolder(cutOff, tableLayouts.tsv)).rejects.toThrow(
      `${cutOff}, line 2: expected UTF-8`,
    )
  })

  it('names the development file, not the training file, in errors about it', async () => {
    await write('dev-error/train.tsv', rows(4))
    const file = await write('dev-error/dev.tsv', 'text\tlabel\nx\tneither\n')
    await expect(readTaskFolder(join(root, 'dev-error'), tableLayouts.tsv)).rejects.toThrow(
      `${file}, line 2: expected the label "even" or "odd", got "neither"`,
    )
  })
})
