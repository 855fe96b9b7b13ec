import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blocksOf, root } from './markdown-examples.js'
import { outputOf, temporaryFolder } from './run-gyre.js'

// The checkpoint and the text are not part of the project: set GYRE_DATA to a folder that holds them to run the lesson.
const data = process.env.GYRE_DATA
const skipped = data
  ? ''
  : ' (skipped: GYRE_DATA does not name a folder with stories260K and tinyshakespeare)'

const folder = temporaryFolder()
const lesson = '.gyre/lesson'
const blocks = blocksOf(readFileSync(join(root, 'docs/fine-tune-a-real-checkpoint.md'), 'utf8'))

/** The commands of a block of the document, their words with the lesson's folder in another place. */
function commandsOf(text: string): string[][] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.startsWith('npm run gyre -- '))
    .map((line) => [...line.slice('npm run gyre -- '.length).matchAll(/"([^"]*)"|\S+/g)])
    .map((words) => words.map(([word, quoted]) => (quoted ?? word).replace(lesson, folder)))
}

describe.skipIf(!data)(`the lesson on a real checkpoint${skipped}`, () => {
  it('prints what it says, with the kernels that it says', { timeout: 1_200_000 }, async () => {
    mkdirSync(join(folder, 'stories260K'))
    for (const name of ['stories260K.bin', 'tok512.bin']) {
      cpSync(join(data!, 'stories260K', name), join(folder, 'stories260K', name))
    }
    cpSync(join(data!, 'tinyshakespeare/input.txt'), join(folder, 'input.txt'))
    for (const [i, { info, text }] of blocks.entries()) {
      if (info !== 'sh') continue
      let printed = ''
      for (const command of commandsOf(text)) printed += await outputOf(...command)
      if (printed !== '') expect(printed.replaceAll(folder, lesson)).toContain(blocks[i + 1]!.text)
    }
  })
})
