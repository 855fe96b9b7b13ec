import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { trainBytePairTokenizer } from '@gyre/data'
import { createModel, parseConfig } from '@gyre/transformers'
import { saveModelFolder } from '@gyre/transformers/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { complaintOf, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'
import { tinyConfigs, writeTinyInputs } from './tiny-runs.js'

// The time that a test waits for its turn counts too.
const timeout = 240_000
const folder = temporaryFolder()
const model = join(folder, 'model')

interface Generated {
  readonly text: string
  readonly tokens: readonly number[]
}

const json = <T = Generated>(...args: readonly string[]): Promise<T> =>
  jsonOf<T>('generate', '--model', model, ...args)
const printed = (...args: readonly string[]): Promise<string> =>
  outputOf('generate', '--model', model, ...args)

beforeAll(async () => {
  const inputs = writeTinyInputs(join(folder, 'inputs'))
  await saveModelFolder(model, createModel(parseConfig(tinyConfigs.llama), { seed: 3 }))
  const tokenizer = trainBytePairTokenizer(readFileSync(inputs.text, 'utf8'), {
    vocabSize: 280,
    specialTokens: ['<unk>', '<s>', '</s>'],
  })
  writeFileSync(join(model, 'tokenizer.json'), JSON.stringify(tokenizer))
})

describe.concurrent('gyre generate', { timeout }, () => {
  it('gives several prompts what it gives each alone, in the order in which they came', async () => {
    const file = join(folder, 'prompts.txt')
    writeFileSync(file, 'one ship\n\nthe captain follows\n')
    const shared = ['--max-new-tokens', '6']
    const all = await json<Generated[]>('--prompt', 'the whale', '--prompts', file, ...shared)
    expect(all).toHaveLength(3)
    expect(all[2]).toEqual(await json('--prompt', 'the captain follows', ...shared))
    const text = await printed('--prompt', 'the whale', '--prompts', file, ...shared)
    expect(text).toBe(all.map((each, i) => `--- ${i + 1} ---\n${each.text}\n\n`).join(''))
  })

  it('draws the same for a prompt whatever the size of the batch', async () => {
    const args = ['a storm', 'the crew', 'an island'].flatMap((prompt) => ['--prompt', prompt])
    const drawn = [...args, '--top-k', '20', '--top-p', '0.9', '--seed', '4', '--max-new-tokens', '5']
    const together = await json<Generated[]>(...drawn)
    expect(await json<Generated[]>(...drawn, '--batch-size', '2')).toEqual(together)
    expect(together.map(({ tokens }) => tokens.length)).toEqual([5, 5, 5])
  })

  it('ends before a stop text, and prints what it gives as JSON', async () => {
    const args = ['--prompt', 'the whale', '--temperature', '1', '--max-new-tokens', '24']
    const whole = await json(...args)
    const continuation = whole.text.slice('the whale'.length)
    const stop = continuation.slice(6, 8)
    const stopped = await json(...args, '--stop', stop)
    expect(stopped.text).toBe(`the whale${continuation.slice(0, continuation.indexOf(stop))}`)
    expect(whole.tokens.slice(0, stopped.tokens.length)).toEqual(stopped.tokens)
    expect(await printed(...args, '--stop', stop)).toBe(`${stopped.text}\n`)
  })

  it('says in one sentence what it cannot do', async () => {
    const complaint = (...args: readonly string[]): Promise<string> =>
      complaintOf('generate', '--model', model, ...args)
    expect(await complaint()).toBe('what is continued? expected --prompt or --prompts')
    expect(await complaint('--prompt', '', '--json')).toBe('--prompt is empty')
    const empty = join(folder, 'empty.txt')
    writeFileSync(empty, '\n')
    expect(await complaint('--prompts', empty)).toBe(
      `--prompts ${empty}: expected a prompt on each line, found none`,
    )
    expect(await complaint('--prompt', 'x', '--top-p', '1.5', '--json')).toBe(
      'generate: topP is 1.5; expected a number above 0, at most 1',
    )
  })
})

// These files are not part of the project: set GYRE_DATA to a folder that holds them to run the test.
const data = process.env.GYRE_DATA
const skipped = data ? '' : ' (skipped: GYRE_DATA does not name a folder with the data sets)'

describe.concurrent(`gyre generate with stories260K${skipped}`, { timeout }, () => {
  const stories = join(data ?? '', 'stories260K')

  it.skipIf(!data)('begins with <s> and tells the stories of the reference', async () => {
    const fixture = JSON.parse(readFileSync(join(stories, 'fixture.json'), 'utf8')) as {
      readonly prompts: readonly {
        readonly text: string
        readonly greedyIds: readonly number[]
        readonly greedyText: string
      }[]
    }
    const generated = await jsonOf<Generated[]>(
      'generate',
      ...['--model', stories, '--max-new-tokens', '32'],
      ...fixture.prompts.flatMap(({ text }) => ['--prompt', text]),
    )
    expect(generated).toEqual(
      fixture.prompts.map(({ greedyText, greedyIds }) => ({ text: greedyText, tokens: greedyIds })),
    )
  })
})
